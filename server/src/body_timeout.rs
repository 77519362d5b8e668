//! Total read timeout for request bodies; defends against slow-body clients. A handler sees an error, never a truncated
//! body.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Calls `answer` with a request whose body must arrive within this time.
pub(crate) async fn apply<F, E>(
    within: Duration,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Result<Response, E>
where
    F: Future<Output = Result<Response, E>>,
{
    if request.body().is_end_stream() {
        return answer(request).await;
    }
    let is_late = Arc::new(AtomicBool::new(false));
    let flag = is_late.clone();
    let request = request.map(|body| Body::new(BodyTimeout { body, deadline: Box::pin(sleep(within)), is_late: flag }));
    let response = answer(request).await?;
    Ok(if is_late.load(Ordering::Relaxed) { late() } else { response })
}

/// The 408 response (RFC 9110 §15.5.9).
fn late() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONNECTION, HeaderValue::from_static("close")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = r#"{"detail":"The request took too long to arrive. Try again."}"#;
    (StatusCode::REQUEST_TIMEOUT, headers, body).into_response()
}

/// A body with a deadline for all of it.
struct BodyTimeout {
    body: Body,
    deadline: Pin<Box<Sleep>>,
    is_late: Arc<AtomicBool>,
}

impl HttpBody for BodyTimeout {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_pending() && self.deadline.as_mut().poll(cx).is_ready() {
            self.is_late.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
