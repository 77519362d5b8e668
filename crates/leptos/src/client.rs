//! Clients of server functions. [`PublicClient`] sends calls that carry their own credential. [`SessionClient`] attaches
//! the access token, refreshes it when the server rejects it, and repeats the call once.

use std::{cell::RefCell, future::Future, rc::Rc};

use bytes::Bytes;
use futures::{Sink, Stream, future::LocalBoxFuture};
use hallpass_types::Secret;
use send_wrapper::SendWrapper;
use server_fn::{
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
};

use crate::{answer::Answer, call::Call, call_error::CallError, delay::Delay};

/// Timeout of one attempt, including the body, seconds. On a lost mobile network a request can hang for minutes.
pub(crate) const ATTEMPT_SECONDS: u32 = 20;

/// The access token of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// The session to which the call belongs.
    pub(crate) sid: String,
    /// The access token.
    pub(crate) access: Secret,
}

/// Provides access tokens for calls. Behind a pointer, so that code that sends calls can be downloaded without the
/// engine.
pub(crate) trait TokenSource {
    /// The current access token. An expired one is refreshed first.
    fn access(&self) -> LocalBoxFuture<'static, Access>;

    /// A newer token of the same session, after the server rejected this one. If the server rejects the refresh too,
    /// the session has ended.
    fn renew(&self, refused: Bearer) -> LocalBoxFuture<'static, Access>;
}

/// The token for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A token that should be valid.
    Token(Bearer),
    /// The session of the call is no longer in this browser.
    SignedOut,
    /// The token has expired and the server cannot be reached to refresh it.
    Unreachable,
}

thread_local! {
    static SOURCE: RefCell<Option<Rc<dyn TokenSource>>> = const { RefCell::new(None) };
}

/// Installs the token source for all authenticated calls of this tab.
pub(crate) fn install(source: impl TokenSource + 'static) {
    SOURCE.with_borrow_mut(|slot| *slot = Some(Rc::new(source)));
}

/// Sends calls without a token.
pub struct PublicClient;

/// Sends calls without a token, with `keepalive`: the browser finishes them when the page is closed.
pub struct KeepaliveClient;

/// Sends calls with the access token of the session.
pub struct SessionClient;

async fn attempt<E: Error>(call: &Call, access: Option<&str>) -> Result<Answer, E> {
    let request = call.request::<E>(access)?;
    let answered = async {
        let response = <BrowserClient as Client<E>>::send(request).await?;
        Answer::read::<E>(response).await.map_err(E::from)
    };
    Delay::seconds(ATTEMPT_SECONDS).bound(answered).await.unwrap_or_else(|| Err(CallError::Unreachable.into()))
}

async fn send_with_token<E: Error>(call: Call) -> Result<Answer, E> {
    let Some(source) = SOURCE.with_borrow(Clone::clone) else {
        return attempt(&call, None).await;
    };
    let bearer = match source.access().await {
        Access::Token(bearer) => bearer,
        Access::SignedOut => return Err(CallError::NotSignedIn.into()),
        Access::Unreachable => return Err(CallError::Unreachable.into()),
    };
    let answer = attempt::<E>(&call, Some(bearer.access.expose())).await?;
    if answer.status() != 401 {
        return Ok(answer);
    }
    match source.renew(bearer).await {
        Access::Token(renewed) => attempt(&call, Some(renewed.access.expose())).await,
        Access::SignedOut => Ok(answer),
        Access::Unreachable => Err(CallError::Unreachable.into()),
    }
}

/// An error of an application's server functions.
trait Error: FromServerFnError + From<CallError> + Send + Sync {}

impl<E: FromServerFnError + From<CallError> + Send + Sync> Error for E {}

macro_rules! impl_client {
    ($client:ty, $send:expr) => {
        impl<E: FromServerFnError + From<CallError> + Send + Sync> Client<E> for $client {
            type Request = Call;
            type Response = Answer;

            fn send(call: Call) -> impl Future<Output = Result<Answer, E>> + Send {
                SendWrapper::new($send(call))
            }

            fn open_websocket(
                path: &str,
            ) -> impl Future<
                Output = Result<
                    (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
                    E,
                >,
            > + Send {
                <BrowserClient as Client<E>>::open_websocket(path)
            }

            fn spawn(future: impl Future<Output = ()> + Send + 'static) {
                <BrowserClient as Client<E>>::spawn(future);
            }
        }
    };
}

impl_client!(PublicClient, async move |call: Call| attempt(&call, None).await);
impl_client!(KeepaliveClient, async move |call: Call| attempt(&call.lasting(), None).await);
impl_client!(SessionClient, send_with_token);
