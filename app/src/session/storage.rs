//! Local storage: one key. If the browser refuses it, the pair lives in memory, for this tab and this visit.

use std::cell::RefCell;

use gloo_storage::{LocalStorage, Storage};

use super::pair::{Incoming, Stored, Tombstone, VERSION, merge};

/// The key in local storage.
pub(super) const KEY: &str = "hallpass";

thread_local! {
    static UNKEPT: RefCell<Option<Unkept>> = const { RefCell::new(None) };
    static IS_USABLE: bool = web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))));
}

/// The value that local storage rejected. Valid until another tab writes.
struct Unkept {
    stored: Stored,
    /// The content of local storage at that time.
    instead: Option<String>,
}

/// Whether local storage is accessible: `gloo-storage` throws where it is blocked.
fn is_usable() -> bool {
    IS_USABLE.with(|is_usable| *is_usable)
}

fn text() -> Option<String> {
    if is_usable() { LocalStorage::raw().get_item(KEY).ok().flatten() } else { None }
}

/// Whether the engine is needed: for a pair, an unfinished sign-out, or the reason a session ended. Searches the
/// text, since the JSON parser is downloaded with the engine.
pub(super) fn needs_engine() -> bool {
    text().is_some_and(|text| ["\"refresh\"", "\"pending\"", "\"ended\""].iter().any(|name| text.contains(name)))
}

/// Removes the reason a session ended once it is no longer shown.
pub(super) fn forget_old_notice(now: i64) {
    if let Some(Stored::Tombstone(tombstone)) = load()
        && tombstone.ended.is_some()
        && tombstone.notice(now).is_none()
    {
        overwrite(Stored::Tombstone(Tombstone { ended: None, username: None, ..tombstone }));
    }
}

/// The stored value. `None` if it cannot be parsed.
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

/// Merges a change into the stored value, reading and writing without an await in between. Returns whether anything
/// changed.
pub(super) fn store(incoming: Incoming) -> bool {
    merge(load().as_ref(), incoming).map(overwrite).is_some()
}

/// Removes a sign-out that the server has confirmed.
pub(super) fn finish_sign_out(sid: &str) {
    if let Some(stored) = load() {
        let finished = stored.clone().finished(sid);
        if finished != stored {
            overwrite(finished);
        }
    }
}

fn overwrite(stored: Stored) {
    let is_kept = is_usable() && is_written(&stored);
    let unkept = (!is_kept).then(|| Unkept { stored, instead: text() });
    UNKEPT.with_borrow_mut(|slot| *slot = unkept);
}

/// Writes the value, or removes the old one: a spent token left in a full storage would be sent by the next page, and
/// the server would treat it as theft.
fn is_written(stored: &Stored) -> bool {
    let set = || LocalStorage::set(KEY, stored).is_ok();
    set() || {
        LocalStorage::delete(KEY);
        set()
    }
}
