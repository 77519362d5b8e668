//! Background work: following the database's revocations, writing seen generations, deleting expired rows, and health
//! checks.

use std::{sync::atomic::Ordering, time::Duration};

use super::pace;
use crate::{Auth, Error, keys::KeyState, revocation::Position};

/// The number of outstanding tokens deleted per batch, so that the writer is never held for long.
const FLUSH_BATCH: u32 = 200;

impl Auth {
    /// Reads the revocations that any process wrote since the last call. Call it once before the first request, then
    /// repeatedly.
    ///
    /// # Errors
    /// `Unavailable`; the next call continues.
    pub async fn follow_revocations(&self) -> Result<(), Error> {
        let known = self.revocations.position();
        let mut news = self.store.revocations_after(known.clone()).await?;
        if !news.position.continues(&known) {
            if news.position.is_behind(&known) {
                tracing::warn!(
                    "the database was reset to an earlier state, as by a restore or a fail-over that lost writes: \
                     reading its revocations from the beginning; see \"After a restore\" in docs/deployment.md"
                );
            }
            news = self.store.revocations_after(Position::default()).await?;
        }
        self.revocations.follow(news);
        Ok(())
    }

    /// Resolves when another process may have written revocations, if the database can notify.
    pub async fn wait_for_revocations(&self) {
        self.store.wait_for_revocations().await;
    }

    /// Writes seen generations to the database and removes expired entries from memory.
    ///
    /// # Errors
    /// `Unavailable`; the generations are lost, which only makes the rotation more lenient.
    pub async fn write_seen(&self) -> Result<(), Error> {
        let now = self.clock.now() - self.settings.leeway;
        self.revocations.remove_expired(now, self.clock.elapsed());
        self.seen.remove_expired(now);
        self.tokens.remove_expired(self.clock.now());
        let seen = self.seen.take_unwritten();
        if seen.is_empty() {
            return Ok(());
        }
        Ok(self.store.note_seen(seen).await?)
    }

    /// Deletes expired tokens from the database, never before `exp` and the leeway have passed (Simple JWT:
    /// `flushexpiredtokens`). Returns their number.
    ///
    /// # Errors
    /// `Unavailable`; deleted tokens stay deleted.
    pub async fn flush_expired_tokens(&self) -> Result<u64, Error> {
        let before = self.clock.now() - self.settings.leeway;
        Ok(pace::all_batches(|| self.store.flush_expired(before, FLUSH_BATCH)).await?)
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check_health(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }

    /// Checks that the server can handle requests: the database responds and accepts writes, the key ring can be read,
    /// and its signing key is verified by itself.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check_ready(&self) -> Result<(), Error> {
        self.check_health().await?;
        self.write_probe.check(self.store.as_ref(), self.clock.elapsed()).await?;
        let (ring, now) = (self.tokens.ring(), self.clock.now());
        let signs = ring.state(ring.signing(now), now) == KeyState::Signing;
        if signs && !self.are_keys_stale.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(Error::Unavailable { retry_after: Duration::from_secs(1), cause: None })
        }
    }
}
