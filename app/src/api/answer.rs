//! A response, read completely before it is interpreted, so that one timeout covers all of it. Responses of proxies
//! are distinguished from the server's own.

use bytes::Bytes;
use futures::{Stream, future::ready, stream::once};
use http::{HeaderMap, header};
use server_fn::{
    error::FromServerFnError,
    response::{ClientRes, browser::BrowserResponse},
};

use crate::api::{ApiError, Code};

/// A completely read response.
pub struct Answer {
    status: u16,
    status_text: String,
    location: String,
    has_redirect: bool,
    body: Bytes,
}

impl Answer {
    /// Reads `response` to its end.
    ///
    /// # Errors
    /// `Network` when the connection breaks; for a response that is not the server's own, the error its status stands
    /// for.
    pub(super) async fn read(response: BrowserResponse) -> Result<Self, ApiError> {
        let headers = response.generate_headers();
        let answer = Self {
            status: <BrowserResponse as ClientRes<ApiError>>::status(&response),
            status_text: <BrowserResponse as ClientRes<ApiError>>::status_text(&response),
            location: <BrowserResponse as ClientRes<ApiError>>::location(&response),
            has_redirect: <BrowserResponse as ClientRes<ApiError>>::has_redirect(&response),
            body: response.try_into_bytes().await.map_err(|_: ApiError| unreachable())?,
        };
        if answer.status >= 400 && serde_json::from_slice::<ApiError>(&answer.body).is_err() {
            return Err(foreign(answer.status, retry_after(&headers)));
        }
        Ok(answer)
    }

    /// The HTTP status.
    pub(super) const fn status(&self) -> u16 {
        self.status
    }
}

/// The error for a server that was not reached.
pub(super) fn unreachable() -> ApiError {
    ApiError::from(Code::Network)
}

/// The error for a response that is not the server's own. Never one that ends a session.
fn foreign(status: u16, retry_after: Option<u32>) -> ApiError {
    let code = match status {
        404 => Code::Outdated,
        429 => Code::TooManyRequests,
        500 => Code::Internal,
        503 => Code::Unavailable,
        _ => Code::Network,
    };
    ApiError { retry_after, ..ApiError::from(code) }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3). A date is compared with the response's own `Date`. Other values
/// are ignored.
fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    let wait = until.duration_since(now).unwrap_or_default();
    Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
}

impl<E: FromServerFnError> ClientRes<E> for Answer {
    async fn try_into_string(self) -> Result<String, E> {
        Ok(String::from_utf8_lossy(&self.body).into_owned())
    }

    async fn try_into_bytes(self) -> Result<Bytes, E> {
        Ok(self.body)
    }

    fn try_into_stream(self) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, E> {
        Ok(once(ready(Ok(self.body))))
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn status_text(&self) -> String {
        self.status_text.clone()
    }

    fn location(&self) -> String {
        self.location.clone()
    }

    fn has_redirect(&self) -> bool {
        self.has_redirect
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::{foreign, retry_after};
    use crate::api::Code;

    #[test]
    fn a_response_of_a_proxy_never_ends_a_session() {
        for status in 400..600 {
            let error = foreign(status, Some(3));
            let is_retried = matches!(
                error.code,
                Code::Network | Code::Unavailable | Code::TooManyRequests | Code::Internal | Code::Outdated
            );
            assert!(is_retried && error.retry_after == Some(3), "{status}");
        }
        assert_eq!(foreign(429, None).code, Code::TooManyRequests);
        assert_eq!(foreign(401, None).code, Code::Network);
    }

    fn wish(text: &'static str, date: Option<&'static str>) -> Option<u32> {
        let mut headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(text))]);
        headers.extend(date.map(|date| (header::DATE, HeaderValue::from_static(date))));
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        assert_eq!(wish("7", None), Some(7));
        assert_eq!(wish(" 0007 ", None), Some(7));
        assert_eq!(wish("0", None), Some(0));
        assert_eq!(wish("99999999999999999999", None), Some(u32::MAX));
    }

    #[test]
    fn a_date_in_retry_after_is_relative_to_the_date_header() {
        let now = Some("Tue, 24 Nov 2026 01:00:00 GMT");
        assert_eq!(wish("Tue, 24 Nov 2026 01:02:00 GMT", now), Some(120));
        assert_eq!(wish("Tuesday, 24-Nov-26 01:02:00 GMT", now), Some(120));
        assert_eq!(wish("Tue Nov 24 01:02:00 2026", now), Some(120));
        assert_eq!(wish("Mon, 23 Nov 2026 01:00:00 GMT", now), Some(0));
        assert_eq!(wish("Fri, 31 Dec 9999 23:59:59 GMT", now), Some(u32::MAX));
        assert_eq!(wish("Tue, 24 Nov 2026 01:02:00 GMT", None), None);
        assert_eq!(wish("Tue, 24 Nov 2026 01:02:00 GMT", Some("now")), None);
    }

    #[test]
    fn a_malformed_retry_after_is_ignored() {
        for text in ["", "-1", "+5", "1.5", "1e9", "5 s", "soon", "NaN", "Infinity", "0x10", "Tue, 24 Nov 2026"] {
            assert_eq!(wish(text, Some("Tue, 24 Nov 2026 01:00:00 GMT")), None, "{text}");
        }
    }
}
