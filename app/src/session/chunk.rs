//! The engine's code, which is downloaded when there is something for it to do: somebody is signed in
//! here, or is about to be. Who only looks at the first page needs none of it.

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

/// What the engine does for pages.
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
    /// The session that waits for the engine.
    static WAITING: Cell<Option<Session>> = const { Cell::new(None) };
}

/// The engine, running.
async fn running() -> Result<Engine, ApiError> {
    let Ok(engine) = load().await else { return Err(release::why_missing().await.into()) };
    if let Some(session) = WAITING.take() {
        (engine.start)(session);
    }
    Ok(engine)
}

/// From here on `session` tells who is signed in. Called once in a tab, after hydration.
pub fn start(session: Session) {
    WAITING.set(Some(session));
    let Some(window) = web_sys::window() else { return };
    if storage::needs_engine() {
        spawn_local(start_at_last(session));
    } else {
        session.state.set(SessionState::SignedOut);
        // Until another tab signs in.
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

/// Tries until the code is there, or the page turns out to be outdated: somebody may be signed in, and waits to see it.
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
    // What was downloaded is not downloaded again, so this does not fail.
    drop(running().await);
}

/// Downloads the engine before it is needed: somebody begins to fill in a form.
pub fn prepare() {
    spawn_local(async {
        // What fails here is tried again, and told, when it is needed.
        drop(running().await);
    });
}

/// Signs in with a name and a password.
///
/// # Errors
/// What the server answered.
pub async fn sign_in(credentials: Credentials) -> Result<(), ApiError> {
    (running().await?.sign_in)(credentials).await
}

/// Makes an account and signs it in.
///
/// # Errors
/// What the server answered.
pub async fn register(registration: Registration) -> Result<(), ApiError> {
    (running().await?.register)(registration).await
}

/// Signs out: here at once, at the server as soon as it can be reached.
pub fn sign_out() {
    spawn_local(async {
        // Who is signed in has the engine already.
        if let Ok(engine) = running().await {
            (engine.sign_out)();
        }
    });
}
