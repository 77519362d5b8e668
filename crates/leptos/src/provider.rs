//! Components for applications with one session.

use std::rc::Rc;

use leptos::prelude::*;

use crate::{api::RefreshApi, config::EngineConfig, engine, session::Session};

/// Provides the [`Session`] to its children, and starts the engine in the browser.
#[component]
pub fn SessionProvider<A: RefreshApi + Copy + Send + Sync + 'static>(
    /// The server that the engine asks.
    api: A,
    /// The configuration of the engine.
    #[prop(optional)]
    config: EngineConfig,
    /// The application.
    children: Children,
) -> impl IntoView {
    let session = Session::unknown();
    provide_context(session);
    // Effects run in the browser only, after hydration: both renders show `Unknown`.
    Effect::new(move |_| engine::start(session, config, Rc::new(api)));
    children()
}

/// The session of this tab.
///
/// # Panics
/// Outside of a [`SessionProvider`].
pub fn use_session() -> Session {
    expect_context::<Session>()
}

/// Shows its children while a user is signed in. They are rebuilt when another user signs in.
#[component]
pub fn Protected(
    /// The view for everyone else, and while the session is not known yet.
    #[prop(into)]
    fallback: ViewFn,
    /// The view for a signed-in user.
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    move || match session.sid.get() {
        Some(_) => children().into_any(),
        None => fallback.run().into_any(),
    }
}
