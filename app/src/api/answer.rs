//! An answer as plain data: read to its end before anybody looks at it, so that one limit of time
//! holds for the whole of it, and told apart from what something between us and the server says.

use bytes::Bytes;
use futures::{Stream, future::ready, stream::once};
use http::{HeaderMap, header};
use server_fn::{
    error::FromServerFnError,
    response::{ClientRes, browser::BrowserResponse},
};

use super::around::error;
use crate::wire::{ApiError, Code};

/// What was answered.
pub struct Answer {
    status: u16,
    status_text: String,
    location: String,
    has_redirect: bool,
    body: Bytes,
}

impl Answer {
    /// Reads the whole of `response`.
    ///
    /// # Errors
    /// `Network` when it breaks off; what its status means when it is not in the server's own words.
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

/// The server was not reached.
pub(super) fn unreachable() -> ApiError {
    error(Code::Network)
}

/// What a failure means that is not in our server's words: nothing that could end a session.
fn foreign(status: u16, retry_after: Option<u32>) -> ApiError {
    let code = match status {
        404 => Code::Outdated,
        429 => Code::TooManyRequests,
        500 => Code::Internal,
        503 => Code::Unavailable,
        _ => Code::Network,
    };
    ApiError { retry_after, ..error(code) }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3). A date in it would be on a clock that we do not
/// know.
fn retry_after(headers: &HeaderMap) -> Option<u32> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
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
    use crate::wire::Code;

    #[test]
    fn no_status_of_a_stranger_ends_a_session() {
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

    #[test]
    fn retry_after_is_read_in_seconds_alone() {
        for (text, seconds) in [("7", Some(7)), (" 7 ", Some(7)), ("-1", None), ("Tue, 24 Nov 2026 01:00:00 GMT", None)]
        {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(text))]);
            assert_eq!(retry_after(&headers), seconds, "{text}");
        }
    }
}
