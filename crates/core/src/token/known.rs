//! Tokens that were verified and are still good, so that one which comes with every request is taken apart
//! and verified once. Whether it is still welcome (its times, its key, its session) is judged each time.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::Token;
use crate::{clock::Timestamp, keys::Key};

/// How many are remembered, about a kilobyte each; the one that was longest idle is forgotten first.
const MOST: usize = 1 << 13;

/// The tokens by their whole text. The hash is seeded at random, so no guess at a text comes near enough to
/// another one to be told by the time that it takes. It is a quick one, as what is remembered was signed here
/// and so nobody can choose texts that collide.
pub(super) struct KnownTokens(Mutex<LruCache<Box<str>, Known>>);

/// What a text said, and by whose signature.
struct Known {
    token: Arc<Token>,
    key: Arc<Key>,
}

impl Default for KnownTokens {
    fn default() -> Self {
        // Bounded below: an unbounded one does not take the room for all of them at once.
        Self(Mutex::new(LruCache::unbounded()))
    }
}

impl KnownTokens {
    /// The token of that text, if its key is still trusted.
    pub(super) fn find(&self, text: &str, is_trusted: impl FnOnce(&Arc<Key>) -> bool) -> Option<Arc<Token>> {
        self.with(|tokens| tokens.get(text).filter(|known| is_trusted(&known.key)).map(|known| known.token.clone()))
    }

    /// Remembers a token whose signature is by this key.
    pub(super) fn insert(&self, text: &str, token: Arc<Token>, key: Arc<Key>) {
        self.with(|tokens| {
            tokens.put(text.into(), Known { token, key });
            if tokens.len() > MOST {
                tokens.pop_lru();
            }
        });
    }

    /// Forgets one that is not welcome any more.
    pub(super) fn forget(&self, text: &str) {
        self.with(|tokens| tokens.pop(text));
    }

    /// Forgets those that have ended.
    pub(super) fn forget_expired(&self, now: Timestamp) {
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
            names_user: false,
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
    fn a_token_is_known_by_its_whole_text_while_its_key_is_trusted() {
        let (known, key) = (KnownTokens::default(), key());
        let is_known = |text| known.find(text, |_| true).is_some();
        known.insert("a.b.c", token(10), key.clone());
        assert!(is_known("a.b.c") && !is_known("a.b.d") && !is_known("a.b") && !is_known(""));
        assert!(known.find("a.b.c", |by| Arc::ptr_eq(by, &key)).is_some());
        assert!(known.find("a.b.c", |_| false).is_none());
        known.forget("a.b.c");
        assert!(!is_known("a.b.c"));
    }

    #[test]
    fn the_ended_and_the_longest_idle_are_forgotten() {
        let (known, key) = (KnownTokens::default(), key());
        let is_known = |text| known.find(text, |_| true).is_some();
        known.insert("ended", token(10), key.clone());
        known.insert("good", token(11), key.clone());
        known.forget_expired(Timestamp::from_seconds(10));
        assert!(!is_known("ended") && is_known("good"));
        for number in 1..MOST {
            known.insert(&number.to_string(), token(11), key.clone());
        }
        assert!(is_known("good"));
        known.insert("one more", token(11), key.clone());
        assert!(!is_known("1") && is_known("2"));
    }
}
