//! The generations of each session that were seen in use. An access token carries its generation, so the server detects
//! without an extra request that a reply arrived. Rotation rule 4 depends on it. The generations are written to the
//! database in batches; losing one only makes that rule more lenient.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock},
};

use super::{clock::Timestamp, id::SessionId};

/// The generations seen by this process.
#[derive(Default)]
pub struct SeenGenerations {
    highest: RwLock<HashMap<SessionId, Note>>,
    unwritten: Mutex<HashMap<SessionId, u32>>,
}

#[derive(Clone, Copy)]
struct Note {
    generation: u32,
    expires_at: Timestamp,
}

impl SeenGenerations {
    /// Records that a token of this generation was used. Only the first use in a generation takes a write lock.
    pub fn note(&self, session: SessionId, generation: u32, expires_at: Timestamp) {
        if self.find(session).is_some_and(|highest| highest >= generation) {
            return;
        }
        let mut highest = self.highest.write().unwrap_or_else(PoisonError::into_inner);
        let note = highest.entry(session).or_insert(Note { generation, expires_at });
        note.generation = note.generation.max(generation);
        note.expires_at = note.expires_at.max(expires_at);
        drop(highest);
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = unwritten.entry(session).or_insert(generation);
        *waiting = generation.max(*waiting);
    }

    /// The highest generation seen here.
    pub fn find(&self, session: SessionId) -> Option<u32> {
        let highest = self.highest.read().unwrap_or_else(PoisonError::into_inner);
        highest.get(&session).map(|note| note.generation)
    }

    /// Takes the generations that are not in the database yet.
    pub fn take_unwritten(&self) -> Vec<(SessionId, u32)> {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        unwritten.drain().collect()
    }

    /// Removes sessions whose tokens have expired. The database keeps what was written.
    pub fn remove_expired(&self, now: Timestamp) {
        let mut highest = self.highest.write().unwrap_or_else(PoisonError::into_inner);
        highest.retain(|_, note| note.expires_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::SeenGenerations;
    use crate::{clock::Timestamp, id::SessionId};

    #[test]
    fn the_highest_generation_is_written_once() {
        let seen = SeenGenerations::default();
        let session = SessionId::parse(&"a".repeat(32)).expect("a session id");
        for generation in [1, 3, 2, 3] {
            seen.note(session, generation, Timestamp::from_seconds(10));
        }
        assert_eq!(seen.find(session), Some(3));
        assert_eq!(seen.take_unwritten(), [(session, 3)]);
        assert_eq!(seen.take_unwritten(), []);
        seen.remove_expired(Timestamp::from_seconds(10));
        assert_eq!(seen.find(session), None);
    }
}
