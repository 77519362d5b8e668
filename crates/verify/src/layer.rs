//! A tower layer that lets only requests with a valid access token pass.

use std::{
    convert::Infallible,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use tower::{Layer, Service};

use crate::{bearer::Bearer, verifier::Verifier};

/// Protects a whole router: handlers get the claims as `Extension<Bearer>`.
#[derive(Clone)]
pub struct RequireBearerLayer {
    verifier: Arc<Verifier>,
}

impl RequireBearerLayer {
    /// Requires tokens that this verifier accepts.
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        Self { verifier: verifier.into() }
    }
}

impl<S> Layer<S> for RequireBearerLayer {
    type Service = RequireBearer<S>;

    fn layer(&self, inner: S) -> RequireBearer<S> {
        RequireBearer { inner, verifier: self.verifier.clone() }
    }
}

/// The service that [`RequireBearerLayer`] wraps around another.
#[derive(Clone)]
pub struct RequireBearer<S> {
    inner: S,
    verifier: Arc<Verifier>,
}

impl<S> Service<Request> for RequireBearer<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The clone replaces the service that is ready, which the request needs.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let verifier = self.verifier.clone();
        Box::pin(async move {
            // A request body is not `Sync`, so the head alone is borrowed during the verification.
            let (mut head, body) = request.into_parts();
            match Bearer::of(&head.headers, &verifier).await {
                Ok(bearer) => {
                    head.extensions.insert(bearer);
                    inner.call(Request::from_parts(head, body)).await
                }
                Err(error) => Ok(error.into_response()),
            }
        })
    }
}
