//! Events from other tabs and of this tab's visibility. `BroadcastChannel` is not used: its messages evict pages from
//! the back/forward cache.

use gloo_events::EventListener;
use web_sys::{Event, EventTarget, StorageEvent, wasm_bindgen::JsCast, window};

/// Reactions to events.
#[derive(Clone, Copy)]
pub(crate) struct Reactions {
    /// Another tab wrote, or this tab became visible or was restored.
    pub(crate) change: fn(),
    /// The network is back.
    pub(crate) online: fn(),
    /// The network is gone. The event is unreliable: a failing attempt shows whether there is one.
    pub(crate) offline: fn(),
}

/// Listens for as long as the tab lives.
pub(crate) fn listen(key: &'static str, Reactions { change, online, offline }: Reactions) {
    let Some(window) = window() else { return };
    on(&window, "storage", move |event| {
        // `clear()` has no key.
        let changed = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
        if changed.is_none_or(|changed| changed == key) {
            change();
        }
    });
    for event in ["pageshow", "focus"] {
        on(&window, event, move |_| change());
    }
    on(&window, "online", move |_| online());
    on(&window, "offline", move |_| offline());
    if let Some(document) = window.document() {
        on(&document, "visibilitychange", move |_| change());
    }
}

fn on(target: &EventTarget, event: &'static str, react: impl FnMut(&Event) + 'static) {
    EventListener::new(target, event, react).forget();
}
