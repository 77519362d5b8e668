//! Content negotiation, as Django REST framework does it (`DefaultContentNegotiation`): JSON only, and 406 for clients
//! that do not accept it, before anything else is checked. Browsers are redirected to the documentation, where Django
//! shows its browsable API.

use axum::extract::Request;
use http::{HeaderMap, Method, header};

use crate::parameters::Parameterized;

/// The response format that a request asks for.
pub(super) enum Wanted {
    /// JSON.
    Json,
    /// An HTML page.
    Page,
    /// An unknown `?format=`.
    UnknownFormat,
    /// Only media types other than JSON.
    Other,
}

/// The response format of this request.
pub(super) fn wanted(request: &Request) -> Wanted {
    let format = find_format(request.uri().query().unwrap_or_default());
    if format.as_ref().is_some_and(|format| format != "json") {
        return Wanted::UnknownFormat;
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read && format.is_none() && prefers_page(request.headers()) {
        return Wanted::Page;
    }
    if accepts_json(request.headers()) { Wanted::Json } else { Wanted::Other }
}

/// The last `?format=` that is not empty (`URL_FORMAT_OVERRIDE`).
fn find_format(query: &str) -> Option<String> {
    let last = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format").last();
    last.map(|(_, format)| format.into_owned()).filter(|format| !format.is_empty())
}

/// Whether HTML is preferred to JSON. Browsers list `text/html` with a higher weight than the rest.
fn prefers_page(headers: &HeaderMap) -> bool {
    weight(headers, ("text", "html")) > weight(headers, ("application", "json"))
}

/// The weight of a media type, from 0 to 1: that of the most specific matching range (RFC 9110 §12.5.1).
fn weight(headers: &HeaderMap, wanted: (&str, &str)) -> f32 {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = ranges.flat_map(|value| value.split(',')).map(Parameterized::parse);
    let fits = |range: &Parameterized| {
        let (main, sub) = range.value().split_once('/')?;
        let (is_type, is_subtype) = (main.eq_ignore_ascii_case(wanted.0), sub.eq_ignore_ascii_case(wanted.1));
        let is_range = sub == "*" && (is_type || main == "*");
        (is_range || (is_type && is_subtype)).then_some((is_type, is_subtype))
    };
    let best = ranges.filter_map(|range| Some((fits(&range)?, range))).max_by_key(|(fit, _)| *fit);
    best.map_or(0.0, |(_, range)| range.parameter("q").and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

/// Whether any media range matches JSON. Weights are ignored, and a missing header accepts everything.
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
    use http::{HeaderMap, HeaderValue, header};

    use super::{find_format, prefers_page, takes_json};

    #[test]
    fn media_ranges_that_include_json_accept_it() {
        for range in ["application/json", " application/* ;q=0.1", "*/*", "APPLICATION/JSON; indent=4", "*/json"] {
            assert!(takes_json(range), "{range}");
        }
        for range in ["", "*", "text/html", "application/xml", "json", "text/*", "nonsense"] {
            assert!(!takes_json(range), "{range}");
        }
    }

    #[test]
    fn the_last_format_parameter_wins() {
        for (query, format) in [
            ("", None),
            ("format=", None),
            ("formats=xml", None),
            ("format=json", Some("json")),
            ("x=1&format=xml&format=json", Some("json")),
            ("format=json&format=api", Some("api")),
            ("format=JSON", Some("JSON")),
        ] {
            assert_eq!(find_format(query).as_deref(), format, "{query}");
        }
    }

    #[test]
    fn browsers_prefer_html_and_api_clients_do_not() {
        let prefers = |accept: &'static str| {
            prefers_page(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html",
            "TEXT/HTML;q=0.2, application/json;q=0.1",
            "text/*, application/json;q=0.9",
            "application/json;q=0, */*",
        ] {
            assert!(prefers(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "",
            "nonsense",
            "application/json",
            "text/html, application/json",
            "text/html;q=0, */*",
            "text/html;q=0.1, */*;q=0.2",
            "application/xml",
        ] {
            assert!(!prefers(accept), "{accept}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }
}
