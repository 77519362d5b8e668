//! The stored value. If the browser refuses a write, the pair lives in memory, for this tab and this visit.

use crate::pair::{Incoming, Stored, StoredPair, Tombstone, VERSION, merge};

/// One entry of a key-value storage: in the browser, an item of local storage.
pub trait Entry {
    /// The text, if there is one and the storage is accessible.
    fn read(&self) -> Option<String>;

    /// Writes the text. Returns whether it is stored.
    fn write(&self, text: &str) -> bool;

    /// Removes the text.
    fn remove(&self);
}

/// The stored value of a tab.
#[derive(Clone, Debug)]
pub struct Storage<E> {
    entry: E,
    in_memory: Option<InMemory>,
}

/// The value that the storage refused. Valid until another tab writes.
#[derive(Clone, Debug)]
struct InMemory {
    stored: Stored,
    /// The content of the storage at that time.
    in_place_of: Option<String>,
}

impl<E: Entry> Storage<E> {
    /// The value in this entry.
    pub const fn new(entry: E) -> Self {
        Self { entry, in_memory: None }
    }

    /// The stored value. `None` if it cannot be parsed.
    pub fn load(&self) -> Option<Stored> {
        let text = self.entry.read();
        let in_memory = self.in_memory.as_ref().filter(|in_memory| in_memory.in_place_of == text);
        let stored = match in_memory {
            Some(in_memory) => Some(in_memory.stored.clone()),
            None => serde_json::from_str(&text?).ok(),
        };
        stored.filter(|stored: &Stored| stored.version() == VERSION)
    }

    /// The stored pair, if a user is signed in.
    pub fn pair(&self) -> Option<StoredPair> {
        match self.load()? {
            Stored::Pair(pair) => Some(pair),
            Stored::Tombstone(_) => None,
        }
    }

    /// Merges a change into the stored value, reading and writing without an await in between. Returns whether
    /// anything changed.
    pub fn store(&mut self, incoming: Incoming) -> bool {
        let merged = merge(self.load().as_ref(), incoming);
        merged.map(|merged| self.overwrite(merged)).is_some()
    }

    /// Removes a sign-out that the server has confirmed.
    pub fn finish_sign_out(&mut self, sid: &str) {
        if let Some(stored) = self.load() {
            let finished = stored.clone().finished(sid);
            if finished != stored {
                self.overwrite(finished);
            }
        }
    }

    /// Removes the reason a session ended once it is no longer shown.
    pub fn remove_old_notice(&mut self, now: i64) {
        if let Some(Stored::Tombstone(tombstone)) = self.load()
            && tombstone.ended.is_some()
            && tombstone.notice(now).is_none()
        {
            self.overwrite(Stored::Tombstone(Tombstone { ended: None, username: None, ..tombstone }));
        }
    }

    fn overwrite(&mut self, stored: Stored) {
        let is_written = self.is_written(&stored);
        self.in_memory = (!is_written).then(|| InMemory { stored, in_place_of: self.entry.read() });
    }

    /// Writes the value, or removes the old one: a spent token left in a full storage would be sent by the next page,
    /// and the server would treat it as theft.
    fn is_written(&self, stored: &Stored) -> bool {
        let Ok(text) = serde_json::to_string(stored) else { return false };
        self.entry.write(&text) || {
            self.entry.remove();
            self.entry.write(&text)
        }
    }
}
