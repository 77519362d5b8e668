//! A response, read completely before it is interpreted, so that one timeout covers all of it. Responses of proxies
//! are distinguished from the server's own.

use bytes::Bytes;
use futures::{Stream, future::ready, stream::once};
use http::{HeaderValue, header};
use server_fn::{
    Decodes,
    error::FromServerFnError,
    response::{ClientRes, browser::BrowserResponse},
};

use crate::call_error::CallError;

/// A completely read response.
pub struct Answer {
    status: u16,
    status_text: String,
    location: String,
    has_redirect: bool,
    body: Bytes,
}

impl Answer {
    /// Reads `response` to its end. `E` is the error of the application's server functions.
    ///
    /// # Errors
    /// `Unreachable` when the connection breaks, `Foreign` for an error that is not the application's.
    pub(crate) async fn read<E: FromServerFnError>(response: BrowserResponse) -> Result<Self, CallError> {
        let headers = response.generate_headers();
        let answer = Self {
            status: <BrowserResponse as ClientRes<E>>::status(&response),
            status_text: <BrowserResponse as ClientRes<E>>::status_text(&response),
            location: <BrowserResponse as ClientRes<E>>::location(&response),
            has_redirect: <BrowserResponse as ClientRes<E>>::has_redirect(&response),
            body: ClientRes::<E>::try_into_bytes(response).await.map_err(|_| CallError::Unreachable)?,
        };
        if answer.status >= 400 && <E::Encoder as Decodes<E>>::decode(answer.body.clone()).is_err() {
            let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
            let retry_after = header(header::RETRY_AFTER).and_then(|text| retry_after(text, header(header::DATE)));
            return Err(CallError::UnexpectedResponse { status: answer.status, retry_after });
        }
        Ok(answer)
    }

    /// The HTTP status.
    pub(crate) const fn status(&self) -> u16 {
        self.status
    }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3). A date is compared with the response's own `Date`, `date`. Other values
/// are ignored.
pub(crate) fn retry_after(text: &str, date: Option<&str>) -> Option<u32> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(date?).ok()?;
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
    use super::retry_after;

    fn wish(text: &str, date: Option<&str>) -> Option<u32> {
        retry_after(text, date)
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
