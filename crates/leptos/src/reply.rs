//! Applies the answer to a refresh. Pure, except that it writes to the given storage.

use hallpass_types::{EndReason, Ended, SessionClaims, TokenPair};

use crate::{
    outcome::{Outcome, RefreshError, Rejection},
    pair::{Incoming, StoredPair, Tombstone, VERSION},
    schedule,
    storage::{Entry, Storage},
    turn,
};

/// A refresh whose answer has arrived. All times are milliseconds on the device's clock.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'p> {
    /// The pair whose refresh token was sent.
    pub pair: &'p StoredPair,
    /// Time of the request.
    pub sent_at: i64,
    /// Time of the answer.
    pub answered_at: i64,
    /// The time for which the server accepts a spent refresh token.
    pub grace: i64,
}

impl Asked<'_> {
    /// Stores the new pair or the end of the session, unless the answer is too old or storage has changed meanwhile.
    pub fn settle<E: Entry>(self, answer: Result<TokenPair, RefreshError>, storage: &mut Storage<E>) -> Outcome {
        match answer {
            Ok(_) if turn::is_too_old(self.answered_at - self.sent_at, self.grace) => Outcome::Retry(None),
            Ok(tokens) => match received(tokens, Some(self.pair), self.sent_at, self.answered_at) {
                Some(renewed) if storage.store(Incoming::Renewal(renewed.clone())) => {
                    Outcome::Renewed(Box::new(renewed))
                }
                Some(_) => Outcome::Superseded,
                None => Outcome::Retry(None),
            },
            Err(RefreshError::Retry(retry_after)) => Outcome::Retry(retry_after),
            Err(RefreshError::Rejected(rejection)) => self.rejected(rejection, storage),
        }
    }

    /// Signs out if storage still holds the rejected token and either the session is over or the access token has
    /// expired too.
    fn rejected<E: Entry>(self, rejection: Rejection, storage: &mut Storage<E>) -> Outcome {
        if is_superseded(self.pair, storage) {
            return Outcome::Superseded;
        }
        let remaining =
            self.pair.claims().map_or(0, |claims| schedule::remaining(&claims, self.pair.skew, self.answered_at));
        if remaining > 0 && !rejection.is_immediate() {
            return Outcome::Rejected(rejection);
        }
        end(self.pair, rejection, self.answered_at, storage);
        Outcome::SignedOut
    }
}

/// Whether storage no longer holds this pair: it holds a newer one, another session, or a sign-out.
pub fn is_superseded<E: Entry>(pair: &StoredPair, storage: &Storage<E>) -> bool {
    storage.pair().is_none_or(|stored| stored.access != pair.access)
}

/// Signs out with the server's reason.
pub fn end<E: Entry>(pair: &StoredPair, rejection: Rejection, now: i64, storage: &mut Storage<E>) {
    let noticed = |reason| Ended { reason, at: now / 1000, by: None };
    let ended = match rejection {
        Rejection::Lost => noticed(EndReason::Expired),
        Rejection::Inactive => noticed(EndReason::UserDeactivated),
        Rejection::Ended(ended) => ended.unwrap_or_else(|| noticed(EndReason::Revoked)),
    };
    let username = pair.claims().and_then(|claims| claims.username);
    storage.store(Incoming::SignOut(Tombstone { ended: Some(ended), username, ..Tombstone::new(&pair.sid, now) }));
}

/// An answer as a pair to store. `None` if it is malformed.
///
/// Servers that put neither a session nor a generation into their tokens, as Simple JWT does, are assigned both
/// here: `sid` is the `jti` of the first access token, and each refresh increments the generation.
pub fn received(
    tokens: TokenPair,
    previous: Option<&StoredPair>,
    sent_at: i64,
    received_at: i64,
) -> Option<StoredPair> {
    let claims = SessionClaims::read(tokens.access.expose())?;
    // Without rotation the server sends no refresh token: the current one stays valid.
    let refresh = tokens.refresh.or_else(|| previous.map(|pair| pair.refresh.clone()))?;
    let skew = schedule::skew(&claims, sent_at, received_at);
    let sid = claims.sid.or_else(|| previous.map(|pair| pair.sid.clone())).or(claims.jti)?;
    let generation = claims.generation.unwrap_or_else(|| previous.map_or(0, |pair| pair.generation.saturating_add(1)));
    let unfinished = Vec::new();
    Some(StoredPair { v: VERSION, sid, generation, access: tokens.access, refresh, received_at, skew, unfinished })
}

/// A sign-out in this browser, whose session must still be revoked at the server.
pub fn signed_out(pair: &StoredPair, now: i64) -> Incoming {
    Incoming::SignOut(Tombstone { pending: Some(pair.refresh.clone()), ..Tombstone::new(&pair.sid, now) })
}
