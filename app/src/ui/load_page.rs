//! Loads the requested page of a list, or the first one.

use hallpass_types::Listing;

use super::list_url::Filters;
use crate::api::{ApiError, Code};

/// Loads the page; falls back to the first one if the page no longer exists, as after the last row of a page was
/// removed.
pub(super) async fn load_page<C, T, Response>(
    mut filters: C,
    load: impl Fn(C) -> Response,
) -> Result<Listing<T>, ApiError>
where
    C: Filters,
    Response: Future<Output = Result<Listing<T>, ApiError>>,
{
    match load(filters.clone()).await {
        Err(error) if error.code == Code::NotFound && *filters.page_mut() > 1 => {
            *filters.page_mut() = 1;
            load(filters).await
        }
        answer => answer,
    }
}
