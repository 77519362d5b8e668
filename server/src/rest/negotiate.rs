//! Which format a client wants: there is JSON, and who wants none of it is told so before anything
//! else is looked at, as Django REST framework does (`DefaultContentNegotiation`).

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};

use super::reject::{self, Rejection};

/// Lets through who takes JSON.
pub(super) async fn json_or_nothing(request: Request, next: Next) -> Response {
    if !is_json_format(request.uri().query().unwrap_or_default()) {
        return reject::not_found().await;
    }
    if !accepts_json(request.headers()) {
        return Rejection::NotAcceptable.into_response();
    }
    next.run(request).await
}

/// `?format=` (`URL_FORMAT_OVERRIDE`): of several, the last one counts; an empty one is none.
fn is_json_format(query: &str) -> bool {
    let last = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format").last();
    last.is_none_or(|(_, format)| format.is_empty() || format == "json")
}

/// Whether any of the media ranges takes JSON; weights are not looked at. Without a header, everything
/// is taken.
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut ranges = headers.get_all(header::ACCEPT).iter().peekable();
    ranges.peek().is_none() || ranges.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).any(takes_json)
}

fn takes_json(range: &str) -> bool {
    let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(range.split_once('/'), Some(("*" | "application", "*" | "json")))
}

#[cfg(test)]
mod tests {
    use super::{is_json_format, takes_json};

    #[test]
    fn ranges_that_hold_json_take_it() {
        for range in ["application/json", " application/* ;q=0.1", "*/*", "APPLICATION/JSON; indent=4", "*/json"] {
            assert!(takes_json(range), "{range}");
        }
        for range in ["", "*", "text/html", "application/xml", "json", "text/*", "nonsense"] {
            assert!(!takes_json(range), "{range}");
        }
    }

    #[test]
    fn the_last_format_of_a_query_counts() {
        for query in ["", "format=", "format=json", "x=1&format=xml&format=json", "formats=xml"] {
            assert!(is_json_format(query), "{query}");
        }
        for query in ["format=xml", "format=json&format=api", "format=JSON"] {
            assert!(!is_json_format(query), "{query}");
        }
    }
}
