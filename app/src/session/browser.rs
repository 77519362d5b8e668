//! What the engine asks of the browser, in one place.

use futures::channel::oneshot;
use gloo_events::EventListener;
use web_sys::{EventTarget, VisibilityState, window};

use crate::delay::Delay;

/// The device's clock, milliseconds since the Unix epoch. It may be wrong.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of this era fit")]
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Milliseconds since the page began, which no wrong clock touches.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of a visit fit")]
pub(super) fn monotonic() -> i64 {
    window().and_then(|window| window.performance()).map_or(0, |performance| performance.now() as i64)
}

/// Lets the browser draw, and answer to the person, before there is more to do.
pub async fn respite() {
    Delay::millis(0).pass().await;
}

/// From 0 up to, and not including, 1. Good enough to spread requests, and used for nothing else.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// How long the server accepts a spent refresh token, milliseconds, as the document says; not at all when it says
/// nothing.
pub(super) fn reuse_grace() -> i64 {
    let root = window().and_then(|window| window.document()).and_then(|document| document.document_element());
    let seconds =
        root.and_then(|root| root.get_attribute("data-reuse-grace")).and_then(|text| text.parse::<u32>().ok());
    i64::from(seconds.unwrap_or(0)) * 1000
}

/// Whether a person can see this tab.
pub(super) fn is_visible() -> bool {
    let document = window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// What the browser believes about the network. Neither answer can be trusted: `false` is wrong behind some VPNs
/// and in some virtual machines. It chooses words, and nothing that is done.
pub(super) fn is_online() -> bool {
    window().is_some_and(|window| window.navigator().on_line())
}

/// Waits until a person can see this tab.
pub async fn visible() {
    while let Some(document) = window().and_then(|window| window.document())
        && !is_visible()
    {
        next_event(&document, "visibilitychange").await;
    }
}

/// Waits until the browser says that the network is back.
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
