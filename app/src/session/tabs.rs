//! The other tabs, and this tab's own comings and goings. The browser tells the others of every write by a `storage`
//! event, which wakes the engine, which looks at what is stored. There is no `BroadcastChannel`: a message on it
//! would throw a page out of the back/forward cache.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget, StorageEvent, window};

use super::{
    engine,
    flight::{self, Deed},
    sign_out, storage,
};

/// Listens for as long as the tab lives.
pub(super) fn listen() {
    let Some(window) = window() else { return };
    on(&window, "storage", |event| {
        // `clear()` has no key.
        let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
        if key.is_none_or(|key| key == storage::KEY) {
            engine::wake();
        }
    });
    for event in ["pageshow", "focus"] {
        on(&window, event, |_| engine::wake());
    }
    on(&window, "online", |_| {
        engine::wake_afresh();
        sign_out::finish();
    });
    // The browser may be wrong: an attempt that fails shows whether there is a network.
    on(&window, "offline", |_| flight::note(Deed::Offline));
    if let Some(document) = window.document() {
        on(&document, "visibilitychange", |_| engine::wake());
    }
}

fn on(target: &EventTarget, event: &'static str, react: impl FnMut(&Event) + 'static) {
    EventListener::new(target, event, react).forget();
}
