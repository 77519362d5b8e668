//! A token session in the browser, for Leptos applications: keeps a pair of access and refresh tokens in local storage,
//! refreshes it in the background, coordinates tabs, and sends authenticated server functions.
//!
//! The server is Hallpass, or any other with the token endpoints of Django REST framework Simple JWT ([`RestApi`]), or
//! any other server, through an implementation of [`RefreshApi`]. [`RestApi::sign_in`] signs in.
//!
//! ```
//! use hallpass_leptos::{Protected, RestApi, SessionProvider, sign_out, use_session};
//! use leptos::prelude::*;
//!
//! #[component]
//! fn App() -> impl IntoView {
//!     view! {
//!         <SessionProvider api=RestApi::default()>
//!             <Protected fallback=|| view! { <p>"Signed out."</p> }>
//!                 <p>"Hello, " {move || use_session().username.get()}</p>
//!                 <button on:click=|_| sign_out()>"Sign out"</button>
//!             </Protected>
//!         </SessionProvider>
//!     }
//! }
//! # let owner = Owner::new();
//! # assert!(owner.with(|| view! { <App/> }.to_html()).contains("Signed out."));
//! ```
//!
//! Select the client of a server function with `client = …`. Its error type implements `From<CallError>`, for calls
//! without an answer of the application:
//!
//! ```
//! use hallpass_leptos::{CallError, SessionClient};
//! use leptos::prelude::*;
//! use serde::{Deserialize, Serialize};
//! use server_fn::{codec::JsonEncoding, error::{FromServerFnError, ServerFnErrorErr}};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! enum NotesError { SignedOut, Unavailable }
//!
//! impl From<CallError> for NotesError {
//!     fn from(error: CallError) -> Self {
//!         match error {
//!             CallError::NotSignedIn => Self::SignedOut,
//!             CallError::Unreachable | CallError::UnexpectedResponse { .. } => Self::Unavailable,
//!         }
//!     }
//! }
//!
//! impl FromServerFnError for NotesError {
//!     type Encoder = JsonEncoding;
//!     fn from_server_fn_error(_: ServerFnErrorErr) -> Self { Self::Unavailable }
//! }
//!
//! #[server(client = SessionClient)]
//! async fn notes() -> Result<Vec<String>, NotesError> {
//!     Ok(Vec::new())
//! }
//! ```
//!
//! # Rules
//! - A session ends only when the server rejects it, or its user signs out. A lost connection, a proxy's
//!   response or a full storage never ends one.
//! - Only a visible tab refreshes in the background; a call from a hidden tab refreshes on demand. One tab refreshes at a
//!   time, guarded by a Web Lock where the browser supports it. The server answers a repeated request within its grace
//!   with the same refresh token.
//! - All tabs write by [`pair::merge`], which is monotone: whatever their order, they converge.
//!
//! [`clockwork`], [`pair`], [`schedule`], [`reply`] and [`turn`] are pure: `tests/model` explores them together with
//! the server's rules.

mod answer;
mod api;
pub mod browser;
mod call;
mod call_error;
mod client;
pub mod clockwork;
mod config;
mod delay;
pub mod engine;
mod local_storage;
mod lock;
mod log;
mod outcome;
pub mod pair;
pub mod provider;
mod refresh;
pub mod reply;
mod rest;
pub mod schedule;
mod session;
mod shared;
mod sign_out;
mod source;
pub mod storage;
mod tabs;
pub mod turn;

pub use api::RefreshApi;
pub use call_error::CallError;
pub use client::{KeepaliveClient, PublicClient, SessionClient};
pub use config::EngineConfig;
pub use delay::Delay;
pub use engine::{sign_in, sign_out};
pub use local_storage::LocalItem;
pub use log::{EngineEvent, EngineLog, Entry};
pub use outcome::{Outcome, RefreshError, Rejection};
pub use pair::StoredPair;
pub use provider::{Protected, SessionProvider, use_session};
pub use rest::{RestApi, SignInError};
pub use session::{Connection, Holder, LastSession, Session, SessionState, SessionView};
