//! An LRU cache of verified tokens, so that a token sent with every request is parsed and verified once. Its times, key
//! and session are checked again on every hit.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::Token;
use crate::{clock::Timestamp, keys::Key};

/// The capacity; an entry takes about a kilobyte.
const MOST: usize = 1 << 13;

/// The entries by token text. The hash is seeded at random, so timing reveals nothing about cached texts. A fast hash
/// suffices: only tokens signed here are cached, so no client can choose texts that collide.
pub(super) struct KnownTokens(Mutex<LruCache<Box<str>, Known>>);

/// A verified token and the key that signed it.
struct Known {
    token: Arc<Token>,
    key: Arc<Key>,
}

impl Default for KnownTokens {
    fn default() -> Self {
        // Bounded in `insert`: a bounded cache would allocate its whole table at once.
        Self(Mutex::new(LruCache::unbounded()))
    }
}

impl KnownTokens {
    /// Finds a token, if its key is still trusted.
    pub(super) fn find(&self, text: &str, is_trusted: impl FnOnce(&Arc<Key>) -> bool) -> Option<Arc<Token>> {
        self.with(|tokens| tokens.get(text).filter(|known| is_trusted(&known.key)).map(|known| known.token.clone()))
    }

    /// Adds a token signed by this key.
    pub(super) fn insert(&self, text: &str, token: Arc<Token>, key: Arc<Key>) {
        self.with(|tokens| {
            tokens.put(text.into(), Known { token, key });
            if tokens.len() > MOST {
                tokens.pop_lru();
            }
        });
    }

    /// Removes a token.
    pub(super) fn remove(&self, text: &str) {
        self.with(|tokens| tokens.pop(text));
    }

    /// Removes expired tokens.
    pub(super) fn remove_expired(&self, now: Timestamp) {
        self.with(|tokens| {
            let ended = tokens.iter().filter(|(_, known)| known.token.expires_at <= now);
            let ended: Vec<_> = ended.map(|(text, _)| text.clone()).collect();
            for text in ended {
                tokens.pop(&text);
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut LruCache<Box<str>, Known>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KnownTokens, MOST};
    use crate::{
        clock::Timestamp,
        id::Jti,
        keys::{Algorithm, Key, generate},
        token::{Kind, Token},
    };

    fn token(end: i64) -> Arc<Token> {
        Arc::new(Token {
            jti: Jti::from_text("a"),
            kind: Kind::Missing,
            user: None,
            has_user: false,
            session: None,
            generation: 0,
            begins_at: None,
            expires_at: Timestamp::from_seconds(end),
            issued_at: None,
            claims: Arc::default(),
        })
    }

    fn key() -> Arc<Key> {
        Arc::new(Key::new(Algorithm::HS256, &generate(Algorithm::HS256).expect("a key"), None).expect("a good key"))
    }

    #[test]
    fn a_token_is_found_by_its_whole_text_while_its_key_is_trusted() {
        let (known, key) = (KnownTokens::default(), key());
        let is_known = |text| known.find(text, |_| true).is_some();
        known.insert("a.b.c", token(10), key.clone());
        assert!(is_known("a.b.c") && !is_known("a.b.d") && !is_known("a.b") && !is_known(""));
        assert!(known.find("a.b.c", |by| Arc::ptr_eq(by, &key)).is_some());
        assert!(known.find("a.b.c", |_| false).is_none());
        known.remove("a.b.c");
        assert!(!is_known("a.b.c"));
    }

    #[test]
    fn expired_and_least_recently_used_tokens_are_removed() {
        let (known, key) = (KnownTokens::default(), key());
        let is_known = |text| known.find(text, |_| true).is_some();
        known.insert("ended", token(10), key.clone());
        known.insert("good", token(11), key.clone());
        known.remove_expired(Timestamp::from_seconds(10));
        assert!(!is_known("ended") && is_known("good"));
        for number in 1..MOST {
            known.insert(&number.to_string(), token(11), key.clone());
        }
        assert!(is_known("good"));
        known.insert("one more", token(11), key.clone());
        assert!(!is_known("1") && is_known("2"));
    }
}
