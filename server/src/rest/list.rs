//! Pagination with URLs of the next and previous page (Django REST framework: `PageNumberPagination`).

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, OriginalUri},
    http::request::Parts,
};
use hallpass_core::{
    Auth,
    paging::{PageNumber, PageRequest},
};
use hallpass_types::{Listing, Page};
use http::{HeaderMap, HeaderValue, header};
use utoipa::IntoParams;

use super::{query::Query, reject::Rejection};
use crate::base_url::BaseUrl;

/// The default page size.
const SIZE: u32 = 50;

/// The maximum page size.
const MAX_SIZE: u32 = 200;

/// The maximum number of digits that Python's `int` accepts (`sys.int_info.default_max_str_digits`).
const MAX_DIGITS: usize = 4_300;

/// The requested page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct PageQuery {
    /// The page number, or `last`. Defaults to the first page.
    page: Option<String>,
    /// The page size. Defaults to 50; at most 200.
    page_size: Option<String>,
}

/// A request for a page of a list.
pub(super) struct ListRequest {
    /// The URL without its query.
    url: String,
    pub(super) query: Query,
}

impl FromRequestParts<Arc<Auth>> for ListRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, auth: &Arc<Auth>) -> Result<Self, Infallible> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let base = BaseUrl::of_request(parts, uri, auth.settings().issuer.as_deref());
        Ok(Self { url: base.join(uri.path()), query: Query::parse(&parts.uri) })
    }
}

impl ListRequest {
    /// The requested page. An invalid `page_size` is ignored; an invalid `page` does not exist.
    pub(super) fn page(&self) -> Result<PageRequest, Rejection> {
        let size = self.query.values.get("page_size").and_then(|size| positive_int(size));
        let size = size.map_or(SIZE, |size| u32::try_from(size).unwrap_or(MAX_SIZE).min(MAX_SIZE));
        let number = match self.query.values.get("page").map(String::as_str) {
            None | Some("") => PageNumber::At(1),
            Some("last") => PageNumber::Last,
            Some(number) => PageNumber::At(positive_int(number).ok_or(Rejection::InvalidPage)?),
        };
        Ok(PageRequest { number, size })
    }

    /// The page with the URLs of its neighbors.
    pub(super) fn answer<T>(&self, listed: Option<Listing<T>>) -> Result<Json<Page<T>>, Rejection> {
        let Listing { count, page, pages, items } = listed.ok_or(Rejection::InvalidPage)?;
        Ok(Json(Page {
            count,
            next: (page < pages).then(|| self.link(page + 1)),
            previous: (page > 1).then(|| self.link(page - 1)),
            results: items,
        }))
    }

    /// The page as an array, with the URLs of its neighbors in the `Link` header (RFC 8288).
    pub(super) fn answer_linked<T>(&self, listed: Option<Listing<T>>) -> Result<(HeaderMap, Json<Vec<T>>), Rejection> {
        let Json(Page { next, previous, results, .. }) = self.answer(listed)?;
        let links = [(next, "next"), (previous, "prev")].into_iter();
        let links: Vec<_> =
            links.filter_map(|(url, relation)| Some(format!("<{}>; rel=\"{relation}\"", url?))).collect();
        let value = HeaderValue::try_from(links.join(", ")).ok().filter(|value| !value.is_empty());
        Ok((value.map(|value| (header::LINK, value)).into_iter().collect(), Json(results)))
    }

    /// The first page has no number in its URL.
    fn link(&self, number: u64) -> String {
        let mut query = self.query.values.clone();
        query.remove("page");
        if number > 1 {
            query.insert("page".to_owned(), number.to_string());
        }
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        if text.is_empty() { self.url.clone() } else { format!("{}?{text}", self.url) }
    }
}

/// A positive number in ASCII digits as Python's `int` accepts it: with surrounding white space, `+`, and single `_`
/// between digits. Numbers above `u64::MAX` become `u64::MAX`.
fn positive_int(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let is_number = text.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = || text.bytes().filter(u8::is_ascii_digit);
    let value = digits().fold(0_u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    (is_number && digits().count() <= MAX_DIGITS && value > 0).then_some(value)
}
