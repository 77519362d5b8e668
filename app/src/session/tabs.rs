//! Events from other tabs and of this tab's visibility. A `storage` event of every write wakes the engine, which
//! reads storage again. `BroadcastChannel` is not used: its messages evict pages from the back/forward cache.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget, StorageEvent, window};

use super::{
    engine,
    flight::{self, EngineEvent},
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
    // The event is unreliable: a failing attempt shows whether there is a network.
    on(&window, "offline", |_| flight::note(EngineEvent::Offline));
    if let Some(document) = window.document() {
        on(&document, "visibilitychange", |_| engine::wake());
    }
}

fn on(target: &EventTarget, event: &'static str, react: impl FnMut(&Event) + 'static) {
    EventListener::new(target, event, react).forget();
}
