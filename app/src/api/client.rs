//! The clients that carry server functions. [`PublicClient`] sends what brings its own credential;
//! [`SessionClient`] attaches the access token, renews it when the server refuses it, and repeats the
//! call once. Where tokens come from is the token engine's business: it installs a [`TokenSource`].

use std::{cell::RefCell, future::Future, pin::pin, rc::Rc};

use bytes::Bytes;
use futures::{
    Sink, Stream,
    future::{Either, LocalBoxFuture, select},
};
use gloo_timers::future::TimeoutFuture;
use send_wrapper::SendWrapper;
use server_fn::{
    client::{Client, browser::BrowserClient},
    error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
    response::{ClientRes, browser::BrowserResponse},
};

use super::call::Call;

/// How long one attempt may take. A phone that lost its network mid-request says nothing for minutes.
const ATTEMPT_MILLIS: u32 = 20_000;

/// Gives calls their access token.
pub trait TokenSource {
    /// The token to send now; one that is dead is renewed first.
    fn access(&self) -> LocalBoxFuture<'static, Access>;

    /// A newer token than the one that the server has just refused, if there is one to be had.
    fn renew(&self, refused: Option<String>) -> LocalBoxFuture<'static, Option<String>>;
}

/// What there is to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A token that should be good.
    Token(String),
    /// Nobody is signed in.
    SignedOut,
    /// The token is dead and the server, which could renew it, cannot be reached.
    Unreachable,
}

thread_local! {
    static SOURCE: RefCell<Option<Rc<dyn TokenSource>>> = const { RefCell::new(None) };
}

/// Makes `source` the one that all protected calls of this tab ask.
pub fn install(source: impl TokenSource + 'static) {
    SOURCE.with_borrow_mut(|slot| *slot = Some(Rc::new(source)));
}

fn source() -> Option<Rc<dyn TokenSource>> {
    SOURCE.with_borrow(Clone::clone)
}

/// Sends calls as they are.
pub struct PublicClient;

/// Sends calls with the access token.
pub struct SessionClient;

async fn attempt<E, I, O>(call: &Call, access: Option<&str>) -> Result<BrowserResponse, E>
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    let sent = <BrowserClient as Client<E, I, O>>::send(call.request(access)?);
    match select(pin!(sent), TimeoutFuture::new(ATTEMPT_MILLIS)).await {
        Either::Left((response, _)) => ours(response?),
        Either::Right(_) => Err(unreachable("no answer in time")),
    }
}

/// Answers that something between us and the server gave, told by a status that ours never has, are
/// no answers.
fn ours<E: FromServerFnError>(response: BrowserResponse) -> Result<BrowserResponse, E> {
    match <BrowserResponse as ClientRes<E>>::status(&response) {
        404 => Err(ServerFnErrorErr::Registration("no such function".to_owned()).into_app_error()),
        status @ (408 | 409 | 425 | 502 | 504..=599) => Err(unreachable(&format!("status {status}"))),
        _ => Ok(response),
    }
}

fn unreachable<E: FromServerFnError>(why: &str) -> E {
    ServerFnErrorErr::Request(why.to_owned()).into_app_error()
}

async fn send_with_token<E, I, O>(call: Call) -> Result<BrowserResponse, E>
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    let Some(source) = source() else {
        return attempt::<E, I, O>(&call, None).await;
    };
    let access = match source.access().await {
        Access::Token(access) => Some(access),
        Access::SignedOut => None,
        Access::Unreachable => return Err(unreachable("no token to send")),
    };
    let response = attempt::<E, I, O>(&call, access.as_deref()).await?;
    if <BrowserResponse as ClientRes<E>>::status(&response) != 401 {
        return Ok(response);
    }
    match source.renew(access).await {
        Some(renewed) => attempt::<E, I, O>(&call, Some(&renewed)).await,
        None => Ok(response),
    }
}

macro_rules! impl_client {
    ($client:ty, $send:expr) => {
        impl<E, I, O> Client<E, I, O> for $client
        where
            E: FromServerFnError,
            I: FromServerFnError,
            O: FromServerFnError,
        {
            type Request = Call;
            type Response = BrowserResponse;

            fn send(call: Call) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
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
                <BrowserClient as Client<E, I, O>>::open_websocket(path)
            }

            fn spawn(future: impl Future<Output = ()> + Send + 'static) {
                <BrowserClient as Client<E, I, O>>::spawn(future);
            }
        }
    };
}

impl_client!(PublicClient, async move |call: Call| attempt::<E, I, O>(&call, None).await);
impl_client!(SessionClient, send_with_token::<E, I, O>);
