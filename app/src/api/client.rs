//! Clients of the server functions. [`PublicClient`] sends calls that carry their own credential. [`SessionClient`]
//! attaches the access token, renews it when the server rejects it, and repeats the call once. The token engine
//! installs a [`TokenSource`].

use std::{cell::RefCell, future::Future, pin::pin, rc::Rc};

use bytes::Bytes;
use futures::{
    Sink, Stream,
    future::{Either, LocalBoxFuture, select},
};
use send_wrapper::SendWrapper;
use server_fn::client::{Client, browser::BrowserClient};

use super::{
    answer::{Answer, unreachable},
    call::Call,
};
use crate::{
    api::{ApiError, Code},
    delay::Delay,
};

/// Timeout of one attempt, including the body, seconds. On a lost mobile network a request can hang for minutes.
const ATTEMPT_SECONDS: u32 = 20;

/// Provides access tokens for calls.
pub trait TokenSource {
    /// The current access token. An expired one is renewed first.
    fn access(&self) -> LocalBoxFuture<'static, Access>;

    /// A newer token of the same session, after the server rejected this one. If the server refuses the renewal too,
    /// the session has ended.
    fn renew(&self, refused: String) -> LocalBoxFuture<'static, Access>;
}

/// The token for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A token that should be valid.
    Token(String),
    /// The session of the call is no longer in this browser.
    SignedOut,
    /// The token has expired and the server cannot be reached to renew it.
    Unreachable,
}

thread_local! {
    static SOURCE: RefCell<Option<Rc<dyn TokenSource>>> = const { RefCell::new(None) };
}

/// Installs the token source for all authenticated calls of this tab.
pub fn install(source: impl TokenSource + 'static) {
    SOURCE.with_borrow_mut(|slot| *slot = Some(Rc::new(source)));
}

fn source() -> Option<Rc<dyn TokenSource>> {
    SOURCE.with_borrow(Clone::clone)
}

/// Sends calls without a token.
pub struct PublicClient;

/// Sends calls without a token, with `keepalive`.
pub struct LastingClient;

/// Sends calls with the access token.
pub struct SessionClient;

async fn attempt(call: &Call, access: Option<&str>) -> Result<Answer, ApiError> {
    let request = call.request::<ApiError>(access)?;
    let answered = async {
        let response = <BrowserClient as Client<ApiError>>::send(request).await?;
        Answer::read(response).await
    };
    match select(pin!(answered), Delay::seconds(ATTEMPT_SECONDS).pass()).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(unreachable()),
    }
}

async fn send_with_token(call: Call) -> Result<Answer, ApiError> {
    let Some(source) = source() else {
        return attempt(&call, None).await;
    };
    let access = match source.access().await {
        Access::Token(access) => access,
        Access::SignedOut => return Err(ApiError::from(Code::TokenNotValid)),
        Access::Unreachable => return Err(unreachable()),
    };
    let answer = attempt(&call, Some(&access)).await?;
    if answer.status() != 401 {
        return Ok(answer);
    }
    match source.renew(access).await {
        Access::Token(renewed) => attempt(&call, Some(&renewed)).await,
        Access::SignedOut => Ok(answer),
        Access::Unreachable => Err(unreachable()),
    }
}

macro_rules! impl_client {
    ($client:ty, $send:expr) => {
        impl Client<ApiError> for $client {
            type Request = Call;
            type Response = Answer;

            fn send(call: Call) -> impl Future<Output = Result<Answer, ApiError>> + Send {
                SendWrapper::new($send(call))
            }

            fn open_websocket(
                path: &str,
            ) -> impl Future<
                Output = Result<
                    (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
                    ApiError,
                >,
            > + Send {
                <BrowserClient as Client<ApiError>>::open_websocket(path)
            }

            fn spawn(future: impl Future<Output = ()> + Send + 'static) {
                <BrowserClient as Client<ApiError>>::spawn(future);
            }
        }
    };
}

impl_client!(PublicClient, async move |call: Call| attempt(&call, None).await);
impl_client!(LastingClient, async move |call: Call| attempt(&call.lasting(), None).await);
impl_client!(SessionClient, send_with_token);
