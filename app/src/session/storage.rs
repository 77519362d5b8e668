//! Local storage: one key. Where the browser refuses it, the pair lives in memory, for this tab and
//! this visit.

use std::cell::RefCell;

use gloo_storage::{LocalStorage, Storage};

use super::pair::{Incoming, Stored, Tombstone, VERSION, merge};

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

/// Whether there is something for the engine to do: a pair, a sign-out that the server does not know of, or word of how a
/// session ended. The names are looked for in the text, since code that reads JSON is downloaded with the engine.
pub(super) fn needs_engine() -> bool {
    text().is_some_and(|text| ["\"refresh\"", "\"pending\"", "\"ended\""].iter().any(|name| text.contains(name)))
}

/// Forgets how a session ended, once that is no longer shown.
pub(super) fn forget_old_notice(now: i64) {
    if let Some(Stored::Tombstone(tombstone)) = load()
        && tombstone.ended.is_some()
        && tombstone.notice(now).is_none()
    {
        overwrite(Stored::Tombstone(Tombstone { ended: None, username: None, ..tombstone }));
    }
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

/// Merges into what is stored at this moment. Reading and writing happen without a pause between them. Answers
/// whether it changed anything.
pub(super) fn store(incoming: Incoming) -> bool {
    merge(load().as_ref(), incoming).map(overwrite).is_some()
}

/// Strikes off a sign-out, once the server has ended the session.
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

/// Writes it, or nothing stays there: a spent token that a full storage kept would be presented by the next
/// page that reads it, and the server would take its user for a thief.
fn is_written(stored: &Stored) -> bool {
    let set = || LocalStorage::set(KEY, stored).is_ok();
    set() || {
        LocalStorage::delete(KEY);
        set()
    }
}
