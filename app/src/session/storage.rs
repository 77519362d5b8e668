//! Local storage: one key. Where the browser refuses it, the pair lives in memory, for this tab and
//! this visit.

use std::cell::RefCell;

use gloo_storage::{LocalStorage, Storage};

use super::{
    pair::{Incoming, Stored, VERSION, merge},
    tabs,
};

/// The key that everything is under.
pub(super) const KEY: &str = "hallpass";

thread_local! {
    static MEMORY: RefCell<Option<Stored>> = const { RefCell::new(None) };
    static IS_USABLE: bool = web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))));
}

/// Whether local storage may be touched at all: where it is blocked, `gloo-storage` throws.
fn is_usable() -> bool {
    IS_USABLE.with(|is_usable| *is_usable)
}

/// What is stored now. What cannot be read is not ours.
pub(super) fn load() -> Option<Stored> {
    let memory = || MEMORY.with_borrow(Clone::clone);
    let stored = if is_usable() { LocalStorage::get(KEY).ok() } else { None };
    stored.or_else(memory).filter(|stored| match stored {
        Stored::Pair(pair) => pair.v == VERSION,
        Stored::Tombstone(tombstone) => tombstone.v == VERSION,
    })
}

/// Merges into what is stored at this moment, and tells the other tabs if that changed it. Reading and
/// writing happen without a pause between them.
pub(super) fn store(incoming: Incoming) {
    if let Some(merged) = merge(load().as_ref(), incoming) {
        overwrite(merged);
        tabs::announce();
    }
}

/// Strikes a pending sign-out off a tombstone, once the server was told.
pub(super) fn settle_sign_out(sid: &str) {
    if let Some(Stored::Tombstone(mut tombstone)) = load()
        && tombstone.sid == sid
    {
        tombstone.pending = None;
        overwrite(Stored::Tombstone(tombstone));
    }
}

fn overwrite(stored: Stored) {
    let is_kept = is_usable() && LocalStorage::set(KEY, &stored).is_ok();
    // A full storage keeps what it had, which would be the older pair.
    if !is_kept && is_usable() {
        LocalStorage::delete(KEY);
    }
    MEMORY.with_borrow_mut(|memory| *memory = if is_kept { None } else { Some(stored) });
}
