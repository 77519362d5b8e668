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
    static UNKEPT: RefCell<Option<Unkept>> = const { RefCell::new(None) };
    static IS_USABLE: bool = web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))));
}

/// What local storage would not take: it counts until another tab writes there.
struct Unkept {
    stored: Stored,
    /// The text that stands in local storage instead.
    instead: Option<String>,
}

/// Whether local storage may be touched at all: where it is blocked, `gloo-storage` throws.
fn is_usable() -> bool {
    IS_USABLE.with(|is_usable| *is_usable)
}

fn text() -> Option<String> {
    if is_usable() { LocalStorage::raw().get_item(KEY).ok().flatten() } else { None }
}

/// Whether nothing is stored here, neither a pair nor word of how one ended.
pub(super) fn is_empty() -> bool {
    text().is_none()
}

/// What is stored now. What cannot be read is not ours.
pub(super) fn load() -> Option<Stored> {
    let text = text();
    let unkept = UNKEPT.with_borrow(|unkept| {
        unkept.as_ref().filter(|unkept| unkept.instead == text).map(|unkept| unkept.stored.clone())
    });
    unkept.or_else(|| serde_json::from_str(&text?).ok()).filter(|stored| match stored {
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
    // A full storage keeps the older pair, which other tabs can live on, but not that of a session that
    // is over.
    if !is_kept && is_usable() && matches!(stored, Stored::Tombstone(_)) {
        LocalStorage::delete(KEY);
    }
    let unkept = (!is_kept).then(|| Unkept { stored, instead: text() });
    UNKEPT.with_borrow_mut(|slot| *slot = unkept);
}
