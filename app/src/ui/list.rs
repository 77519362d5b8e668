//! A list of the server: the page of rows that the filters in the URL select.

use hallpass_types::Listing;

use super::{list_url::ListUrl, load::Load, query::Filters};
use crate::api::{ApiError, Code};

/// The filters in the URL, and the rows found.
pub(super) struct List<C: Filters, T: Send + Sync + 'static> {
    pub(super) url: ListUrl<C>,
    pub(super) rows: Load<Listing<T>>,
}

impl<C: Filters, T: Send + Sync + 'static> Clone for List<C, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Filters, T: Send + Sync + 'static> Copy for List<C, T> {}

impl<C: Filters, T: Clone + PartialEq + Send + Sync + 'static> List<C, T> {
    /// Loads the rows of the current URL.
    pub(super) fn new<Response>(load: impl Fn(C) -> Response + Copy + 'static) -> Self
    where
        Response: Future<Output = Result<Listing<T>, ApiError>> + 'static,
    {
        let url = ListUrl::current();
        Self { url, rows: Load::new(move || load_page(url.get(), load)) }
    }
}

/// Loads the page; falls back to the first one if the page no longer exists, as after the last row of a page was
/// removed.
async fn load_page<C: Filters, T, Response>(
    mut filters: C,
    load: impl Fn(C) -> Response,
) -> Result<Listing<T>, ApiError>
where
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
