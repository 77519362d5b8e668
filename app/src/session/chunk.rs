//! Loads the token engine when a session is stored, or a user is about to sign in. Other visits do not need it.

use std::{cell::Cell, rc::Rc};

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_events::EventListener;
use hallpass_leptos::{Delay, EngineConfig, LocalItem, browser, engine};
use hallpass_types::{Credentials, Registration, TokenPair};
use leptos::{prelude::Set, task::spawn_local, wasm_split::SplitLoaderError};

use super::{
    Connection, Session, SessionView, release,
    server::{ServerFunctions, config},
};
use crate::{
    api::{ApiError, Code, session},
    chunk::chunk,
};

/// The interface of the engine. Its server functions are downloaded with it.
struct Engine {
    start: fn(Session),
    sign_in: fn(Credentials) -> LocalBoxFuture<'static, Result<(), ApiError>>,
    register: fn(Registration) -> LocalBoxFuture<'static, Result<(), ApiError>>,
    sign_out: fn(),
    learn_staff: fn(String, bool),
}

chunk! {
    engine: fn load() -> Result<Engine, SplitLoaderError> {
        loaded()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the macro requires a `Result`; only the download can fail")]
fn loaded() -> Result<Engine, SplitLoaderError> {
    Ok(Engine {
        start: |session| engine::start(session, config(), Rc::new(ServerFunctions)),
        sign_in: |credentials| begin(session::obtain(credentials)).boxed_local(),
        register: |registration| begin(session::register(registration)).boxed_local(),
        sign_out: engine::sign_out,
        learn_staff: engine::learn_staff,
    })
}

/// Signs in with the pair that the server returns.
async fn begin(request: impl Future<Output = Result<TokenPair, ApiError>>) -> Result<(), ApiError> {
    let sent_at = browser::now();
    if engine::sign_in(request.await?, sent_at) { Ok(()) } else { Err(Code::Outdated.into()) }
}

thread_local! {
    /// The session, set before the engine is loaded.
    static WAITING: Cell<Option<Session>> = const { Cell::new(None) };
}

/// The running engine.
async fn running() -> Result<Engine, ApiError> {
    let Ok(engine) = load().await else { return Err(release::download_failure().await.into()) };
    if let Some(session) = WAITING.take() {
        (engine.start)(session);
    }
    Ok(engine)
}

/// Keeps `session` up to date from now on. Called once per tab, after hydration.
pub(crate) fn start(session: Session) {
    WAITING.set(Some(session));
    let Some(window) = web_sys::window() else { return };
    let item = LocalItem::new(EngineConfig::default().storage_key);
    if item.needs_engine() {
        spawn_local(load_with_retries(session));
    } else {
        session.view.set(SessionView::SignedOut(None));
        // Wait for a sign-in in another tab.
        for event in ["storage", "pageshow", "focus"] {
            EventListener::new(&window, event, move |_| {
                if item.needs_engine() {
                    prepare();
                }
            })
            .forget();
        }
    }
}

/// Retries until the engine is loaded or the page turns out to be outdated.
async fn load_with_retries(session: Session) {
    browser::yield_to_browser().await;
    let mut attempts = 0;
    while load().await.is_err() {
        if release::download_failure().await == Code::Outdated {
            return;
        }
        attempts += 1;
        session.connection.set(if browser::is_online() { Connection::Unreachable } else { Connection::Offline });
        Delay::after_failures(attempts, None, browser::random()).pass().await;
        browser::visible().await;
    }
    browser::yield_to_browser().await;
    // A downloaded chunk is cached, so this does not fail.
    drop(running().await);
}

/// Loads and starts the engine before it is needed: when a user starts to fill in a form, or another tab signed in. A
/// failure is reported when the engine is needed.
pub(crate) fn prepare() {
    when_running(drop);
}

/// Runs `work` with the engine, unless it cannot be loaded.
fn when_running(work: impl FnOnce(Engine) + 'static) {
    spawn_local(async { running().await.map_or_else(drop, work) });
}

/// Signs in with a username and password.
pub(crate) async fn sign_in(credentials: Credentials) -> Result<(), ApiError> {
    (running().await?.sign_in)(credentials).await
}

/// Creates an account and signs in.
pub(crate) async fn register(registration: Registration) -> Result<(), ApiError> {
    (running().await?.register)(registration).await
}

/// Shows whether the user of a session is staff, as the server said in an answer. Without the engine, only the
/// link to the administration is missing.
pub(crate) fn learn_staff(sid: String, is_staff: bool) {
    when_running(move |engine| (engine.learn_staff)(sid, is_staff));
}

/// Signs out: in this browser at once, at the server when it can be reached. While signed in, the engine is loaded.
pub(crate) fn sign_out() {
    when_running(|engine| (engine.sign_out)());
}
