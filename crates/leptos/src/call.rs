//! A request as plain data, so that it can be sent again with another token. The browser's `Request` can be sent only
//! once.

use std::mem;

use bytes::Bytes;
use futures::Stream;
use http::Method;
use js_sys::Reflect;
use server_fn::{
    error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
    request::{
        ClientReq,
        browser::{BrowserFormData, BrowserRequest, Request},
    },
};
use web_sys::RequestInit;

/// The request of a server function.
pub struct Call {
    path: String,
    content_type: String,
    accepts: String,
    method: Method,
    body: Body,
    is_lasting: bool,
}

enum Body {
    Query(String),
    Text(String),
    Bytes(Bytes),
}

impl Call {
    fn new(path: &str, content_type: &str, accepts: &str, method: Method, body: Body) -> Self {
        Self {
            path: path.into(),
            content_type: content_type.into(),
            accepts: accepts.into(),
            method,
            body,
            is_lasting: false,
        }
    }

    /// The same call with `keepalive`: the browser finishes it when the page is closed.
    pub(crate) fn lasting(self) -> Self {
        Self { is_lasting: true, ..self }
    }

    /// A request for one attempt, with this access token.
    pub(crate) fn request<E: FromServerFnError>(&self, access: Option<&str>) -> Result<BrowserRequest, E> {
        let Self { path, content_type, accepts, method, body, is_lasting } = self;
        let method = method.clone();
        let mut request = match body {
            Body::Query(query) => {
                <BrowserRequest as ClientReq<E>>::try_new_req_query(path, content_type, accepts, query, method)
            }
            Body::Text(text) => {
                <BrowserRequest as ClientReq<E>>::try_new_req_text(path, content_type, accepts, text.clone(), method)
            }
            Body::Bytes(bytes) => {
                <BrowserRequest as ClientReq<E>>::try_new_req_bytes(path, content_type, accepts, bytes.clone(), method)
            }
        }?;
        if *is_lasting {
            outlive_page(&mut request);
        }
        if let Some(access) = access {
            request.headers().set("Authorization", &format!("Bearer {access}"));
        }
        Ok(request)
    }
}

/// Sets `keepalive`, which `gloo-net`'s builder does not support.
fn outlive_page(request: &mut BrowserRequest) {
    let (init, url) = (RequestInit::new(), request.url());
    // Best effort: without it the request is still sent.
    drop(Reflect::set(&init, &"keepalive".into(), &true.into()));
    if let Ok(blank) = Request::get(&url).build() {
        let plain = web_sys::Request::from(mem::replace(&mut **request, blank));
        match web_sys::Request::new_with_request_and_init(&plain, &init) {
            Ok(lasting) => **request = lasting.into(),
            Err(_) => **request = plain.into(),
        }
    }
}

/// Streaming bodies cannot be sent twice.
fn unsupported<T, E: FromServerFnError>(what: &str) -> Result<T, E> {
    Err(ServerFnErrorErr::Serialization(format!("{what} bodies cannot be repeated")).into_app_error())
}

impl<E: FromServerFnError> ClientReq<E> for Call {
    type FormData = BrowserFormData;

    fn try_new_req_query(path: &str, kind: &str, accepts: &str, query: &str, method: Method) -> Result<Self, E> {
        Ok(Self::new(path, kind, accepts, method, Body::Query(query.into())))
    }

    fn try_new_req_text(path: &str, kind: &str, accepts: &str, body: String, method: Method) -> Result<Self, E> {
        Ok(Self::new(path, kind, accepts, method, Body::Text(body)))
    }

    fn try_new_req_bytes(path: &str, kind: &str, accepts: &str, body: Bytes, method: Method) -> Result<Self, E> {
        Ok(Self::new(path, kind, accepts, method, Body::Bytes(body)))
    }

    fn try_new_req_form_data(_: &str, _: &str, _: &str, _: Self::FormData, _: Method) -> Result<Self, E> {
        unsupported("form-data")
    }

    fn try_new_req_multipart(_: &str, _: &str, _: Self::FormData, _: Method) -> Result<Self, E> {
        unsupported("multipart")
    }

    fn try_new_req_streaming(
        _: &str,
        _: &str,
        _: &str,
        _: impl Stream<Item = Bytes> + Send + 'static,
        _: Method,
    ) -> Result<Self, E> {
        unsupported("streaming")
    }
}
