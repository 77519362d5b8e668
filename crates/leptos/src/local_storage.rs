//! An item of the browser's local storage.

use gloo_storage::{LocalStorage, Storage};
use web_sys::window;

use crate::storage::Entry;

/// The item with this key. Everything fails where the browser blocks local storage.
#[derive(Clone, Copy, Debug)]
pub struct LocalItem {
    key: &'static str,
    /// Whether local storage is accessible: `gloo-storage` throws where it is blocked.
    is_usable: bool,
}

impl LocalItem {
    /// The item with this key.
    pub fn new(key: &'static str) -> Self {
        let is_usable = window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))));
        Self { key, is_usable }
    }

    /// Whether the engine is needed: for a pair, an unfinished sign-out, or the reason a session ended. Searches the
    /// text, since a JSON parser may still have to be downloaded.
    pub fn needs_engine(self) -> bool {
        let names = ["\"refresh\"", "\"pending\"", "\"ended\""];
        self.read().is_some_and(|text| names.iter().any(|name| text.contains(name)))
    }
}

impl Entry for LocalItem {
    fn read(&self) -> Option<String> {
        if self.is_usable { LocalStorage::raw().get_item(self.key).ok().flatten() } else { None }
    }

    fn write(&self, text: &str) -> bool {
        self.is_usable && LocalStorage::raw().set_item(self.key, text).is_ok()
    }

    fn remove(&self) {
        if self.is_usable {
            LocalStorage::delete(self.key);
        }
    }
}
