//! The page of a list that is asked for, as far as it is there.

use hallpass_types::Listing;

use super::address::Conditions;
use crate::api::{ApiError, Code};

/// Asks for it, and for the first one when there are not as many any more: what stood on the last page
/// may have gone.
pub(super) async fn find<C, T, Asking>(mut conditions: C, ask: impl Fn(C) -> Asking) -> Result<Listing<T>, ApiError>
where
    C: Conditions,
    Asking: Future<Output = Result<Listing<T>, ApiError>>,
{
    match ask(conditions.clone()).await {
        Err(error) if error.code == Code::NotFound && *conditions.page_mut() > 1 => {
            *conditions.page_mut() = 1;
            ask(conditions).await
        }
        answer => answer,
    }
}
