//! The other tabs, and this tab's own comings and goings. Every write is told to the others twice,
//! by the browser's `storage` event and on a channel: whichever arrives wakes the engine, which looks
//! at what is stored.

use std::cell::RefCell;

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, Event, EventTarget, StorageEvent, window};

use super::{engine, sign_out, storage};

const CHANNEL: &str = "hallpass";

thread_local! {
    static OTHERS: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

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
        sign_out::finish_pending();
    });
    on(&window, "offline", |_| engine::notice_offline());
    if let Some(document) = window.document() {
        on(&document, "visibilitychange", |_| engine::wake());
    }
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        on(&channel, "message", |_| engine::wake());
        OTHERS.with_borrow_mut(|others| *others = Some(channel));
    }
}

/// Tells the other tabs that something was written.
pub(super) fn announce() {
    OTHERS.with_borrow(|others| {
        if let Some(channel) = others {
            // A channel that is closed has nobody to tell.
            drop(channel.post_message(&JsValue::NULL));
        }
    });
}

fn on(target: &EventTarget, event: &'static str, react: impl FnMut(&Event) + 'static) {
    EventListener::new(target, event, react).forget();
}
