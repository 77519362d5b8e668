//! A token session in the browser, for Leptos applications: keeps a pair of access and refresh tokens in local storage,
//! refreshes it in the background, coordinates tabs, and sends authenticated server functions.
//!
//! The server is [Hallpass](https://docs.rs/hallpass), or any other with the token endpoints of Django REST framework
//! Simple JWT ([`RestApi`]), or one with its own ([`RefreshApi`]).
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
//! Server functions name the client that sends them. Their error type says what to do when there is no answer:
//!
//! ```
//! use hallpass_leptos::{Refusal, SessionClient};
//! use leptos::prelude::*;
//! use serde::{Deserialize, Serialize};
//! use server_fn::{codec::JsonEncoding, error::{FromServerFnError, ServerFnErrorErr}};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! enum NotesError { SignedOut, Unavailable }
//!
//! impl From<Refusal> for NotesError {
//!     fn from(refusal: Refusal) -> Self {
//!         match refusal {
//!             Refusal::NotSignedIn => Self::SignedOut,
//!             Refusal::Unreachable | Refusal::Foreign { .. } => Self::Unavailable,
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
//! - A session ends only when the server's own answer says so, or its user signs out. A lost connection, a proxy's
//!   response or a full storage never ends one.
//! - Only a visible tab refreshes. One tab asks at a time, by a Web Lock where the browser has them; the server answers a
//!   repeated request within its grace with the same pair.
//! - All tabs write by [`pair::merge`], which is monotone: whatever their order, they converge.
//!
//! [`clockwork`], [`pair`], [`schedule`], [`reply`] and [`turn`] are pure: `tests/model.rs` explores them together with
//! the server's rules.

mod answer;
mod api;
pub mod browser;
mod call;
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
mod refusal;
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
pub use client::{LastingClient, PublicClient, SessionClient};
pub use config::EngineConfig;
pub use delay::Delay;
pub use engine::{sign_in, sign_out};
pub use local_storage::LocalItem;
pub use log::{EngineEvent, EngineLog, Entry};
pub use outcome::{Outcome, RefreshError, Rejection};
pub use pair::StoredPair;
pub use provider::{Protected, SessionProvider, use_session};
pub use refusal::Refusal;
pub use rest::{RestApi, SignInError};
pub use session::{Connection, Holder, LastSession, Session, SessionState, SessionView};
