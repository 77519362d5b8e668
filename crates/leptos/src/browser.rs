//! Browser APIs that the engine uses.

use futures::channel::oneshot;
use gloo_events::EventListener;
use web_sys::{EventTarget, VisibilityState, window};

use crate::{clockwork::Now, delay::Delay};

impl Now {
    /// The circumstances in this tab.
    pub(crate) fn here() -> Self {
        Self { wall: now(), monotonic: monotonic(), is_visible: is_visible(), is_online: is_online(), jitter: random() }
    }
}

/// The device's clock, milliseconds since the Unix epoch. May be wrong.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of this era fit")]
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// The monotonic clock, milliseconds since the page was loaded.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of a visit fit")]
fn monotonic() -> i64 {
    window().and_then(|window| window.performance()).map_or(0, |performance| performance.now() as i64)
}

/// Yields to the browser for rendering and input.
pub async fn yield_to_browser() {
    Delay::millis(0).pass().await;
}

/// A random number in `0..1`. Spreads requests; not for security.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Whether this tab is visible.
fn is_visible() -> bool {
    let document = window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// `navigator.onLine`. Unreliable behind some VPNs and in virtual machines, so it only selects the wording.
pub fn is_online() -> bool {
    window().is_some_and(|window| window.navigator().on_line())
}

/// Waits until this tab is visible.
pub async fn visible() {
    while let Some(document) = window().and_then(|window| window.document())
        && !is_visible()
    {
        next_event(&document, "visibilitychange").await;
    }
}

/// Waits for the `online` event.
pub async fn online() {
    if let Some(window) = window() {
        next_event(&window, "online").await;
    }
}

async fn next_event(target: &EventTarget, event: &'static str) {
    let (send, receive) = oneshot::channel();
    let _listener = EventListener::once(target, event, |_| _ = send.send(()));
    _ = receive.await;
}
