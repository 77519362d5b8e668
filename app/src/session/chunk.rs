//! Loads the token engine when a user is signed in or about to sign in. A visit to the home page does not need it.

use std::cell::Cell;

use futures::future::LocalBoxFuture;
use gloo_events::EventListener;
use hallpass_types::{Credentials, Registration};
use leptos::{prelude::Set, task::spawn_local, wasm_split::SplitLoaderError};

use super::{
    Connection, Session, SessionState, browser, engine, refresh, release, sign_in as signing_in,
    sign_out as signing_out, storage, tabs,
};
use crate::{
    api::{ApiError, Code, client},
    chunk::chunk,
    delay::Delay,
};

/// The interface of the engine.
struct Engine {
    start: fn(Session),
    sign_in: fn(Credentials) -> LocalBoxFuture<'static, Result<(), ApiError>>,
    register: fn(Registration) -> LocalBoxFuture<'static, Result<(), ApiError>>,
    sign_out: fn(),
}

chunk! {
    engine: fn load() -> Result<Engine, SplitLoaderError> {
        loaded()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a chunk answers fails only on its way")]
fn loaded() -> Result<Engine, SplitLoaderError> {
    Ok(Engine {
        start: begin,
        sign_in: |credentials| Box::pin(signing_in::sign_in(credentials)),
        register: |registration| Box::pin(signing_in::register(registration)),
        sign_out: signing_out::sign_out,
    })
}

fn begin(session: Session) {
    engine::attach(session);
    client::install(refresh::Source);
    storage::forget_old_notice(browser::now());
    tabs::listen();
    engine::wake();
    signing_out::finish();
}

thread_local! {
    /// The session, set before the engine is loaded.
    static WAITING: Cell<Option<Session>> = const { Cell::new(None) };
}

/// The running engine.
async fn running() -> Result<Engine, ApiError> {
    let Ok(engine) = load().await else { return Err(release::why_missing().await.into()) };
    if let Some(session) = WAITING.take() {
        (engine.start)(session);
    }
    Ok(engine)
}

/// Keeps `session` up to date from now on. Called once per tab, after hydration.
pub fn start(session: Session) {
    WAITING.set(Some(session));
    let Some(window) = web_sys::window() else { return };
    if storage::needs_engine() {
        spawn_local(start_at_last(session));
    } else {
        session.state.set(SessionState::SignedOut);
        // Wait for a sign-in in another tab.
        for event in ["storage", "pageshow", "focus"] {
            EventListener::new(&window, event, |_| {
                if storage::needs_engine() {
                    prepare();
                }
            })
            .forget();
        }
    }
}

/// Retries until the engine is loaded or the page turns out to be outdated.
async fn start_at_last(session: Session) {
    browser::respite().await;
    let mut attempts = 0;
    while load().await.is_err() {
        if release::why_missing().await == Code::Outdated {
            return;
        }
        attempts += 1;
        session.connection.set(if browser::is_online() { Connection::Unreachable } else { Connection::Offline });
        Delay::after_failures(attempts, None, browser::random()).pass().await;
        browser::visible().await;
    }
    browser::respite().await;
    // A downloaded chunk is cached, so this does not fail.
    drop(running().await);
}

/// Preloads the engine when the user starts to fill in a form.
pub fn prepare() {
    spawn_local(async {
        // A failure is retried and reported when the engine is needed.
        drop(running().await);
    });
}

/// Signs in with a username and password.
///
/// # Errors
/// The server's error.
pub async fn sign_in(credentials: Credentials) -> Result<(), ApiError> {
    (running().await?.sign_in)(credentials).await
}

/// Creates an account and signs in.
///
/// # Errors
/// The server's error.
pub async fn register(registration: Registration) -> Result<(), ApiError> {
    (running().await?.register)(registration).await
}

/// Signs out: in this browser at once, at the server when it can be reached.
pub fn sign_out() {
    spawn_local(async {
        // While signed in, the engine is loaded.
        if let Ok(engine) = running().await {
            (engine.sign_out)();
        }
    });
}
