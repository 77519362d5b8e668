//! How much of what may be asked in how long a time: sign-ins by account and by address, registrations
//! by address, renewals by session. Each question is counted in the same step in which it is judged,
//! and before a password is hashed, so that a burst finds no gap. No limit is a lock that a stranger
//! could turn on somebody else's account: see [`Attempts`].

mod attempts;
mod buckets;
mod network;
mod rate;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash},
    sync::Arc,
    time::Duration,
};

use super::{Error, clock::Clock, token::Token};
use attempts::Attempts;
use buckets::Buckets;

pub use network::Network;
pub use rate::Rate;

/// The limits that an operator can set; `None` is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Sign-ins to one account from everywhere that it was not signed in to before, and from each place
    /// that it was.
    pub sign_in_per_account: Option<Rate>,
    /// Sign-ins from one address, to whichever account.
    pub sign_in_per_address: Option<Rate>,
    /// Registrations from one address.
    pub register_per_address: Option<Rate>,
    /// Renewals of one session.
    pub refresh_per_session: Option<Rate>,
    /// Renewals from one address that are refused.
    pub refused_refresh_per_address: Option<Rate>,
    /// How many failed sign-ins to an account from one address are free; after each further one that
    /// address waits for that account, longer each time.
    pub free_failures: Option<u32>,
}

impl Default for Limits {
    /// Generous to many people behind one address, and to one who has forgotten which password it was.
    fn default() -> Self {
        Self {
            sign_in_per_account: Some(Rate::per_minute(60)),
            sign_in_per_address: Some(Rate::per_minute(600)),
            register_per_address: Some(Rate::per_minute(60)),
            refresh_per_session: Some(Rate::per_minute(120)),
            refused_refresh_per_address: Some(Rate::per_minute(600)),
            free_failures: Some(5),
        }
    }
}

impl Limits {
    /// None at all.
    pub const OFF: Self = Self {
        sign_in_per_account: None,
        sign_in_per_address: None,
        register_per_address: None,
        refresh_per_session: None,
        refused_refresh_per_address: None,
        free_failures: None,
    };
}

/// What this process counts.
pub(super) struct Limiter {
    per_account: Option<Buckets>,
    per_address: Option<Buckets>,
    registrations: Option<Buckets>,
    renewals: Option<Buckets>,
    refusals: Option<Buckets>,
    attempts: Option<Attempts>,
    clock: Arc<dyn Clock>,
    /// Names are counted by their hash: one of any length costs the same, and nobody can choose two that
    /// meet.
    hasher: RandomState,
}

impl Limiter {
    pub(super) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let buckets = |rate: Option<Rate>| rate.map(|rate| Buckets::new(rate, clock.clone()));
        Self {
            per_account: buckets(limits.sign_in_per_account),
            per_address: buckets(limits.sign_in_per_address),
            registrations: buckets(limits.register_per_address),
            renewals: buckets(limits.refresh_per_session),
            refusals: buckets(limits.refused_refresh_per_address),
            attempts: limits.free_failures.map(Attempts::new),
            clock: clock.clone(),
            hasher: RandomState::new(),
        }
    }

    /// Counts an attempt to prove that one knows the password of the account of that name, which need not
    /// exist. It counts as failed until it is [settled](Attempt::settle).
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) fn begin_attempt(&self, username: &str, from: Option<Network>) -> Result<Attempt<'_>, Error> {
        self.take(self.per_address.as_ref(), from)?;
        let pair = self.hasher.hash_one((username, from));
        let began = self.attempts.as_ref().map(|attempts| attempts.begin(pair, self.clock.elapsed()));
        let is_known = began.transpose().map_err(too_many)?.unwrap_or(false);
        let attempt = Attempt { attempts: self.attempts.as_ref(), pair };
        // Strangers share what there is for an account; they cannot use up what is its owner's.
        match self.take(self.per_account.as_ref(), Some((username, from.filter(|_| is_known)))) {
            Ok(()) => Ok(attempt),
            Err(refusal) => {
                attempt.forget();
                Err(refusal)
            }
        }
    }

    /// Counts a registration.
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) fn register(&self, from: Option<Network>) -> Result<(), Error> {
        self.take(self.registrations.as_ref(), from)
    }

    /// Counts a renewal with a verified token: by its session, or by itself where it has none.
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) fn renew(&self, token: &Token) -> Result<(), Error> {
        let lone = token.session.is_none().then_some(&token.jti);
        self.take(self.renewals.as_ref(), Some((token.session, lone)))
    }

    /// Counts a renewal that was refused, and lets the refusal pass as long as there are not too many. A
    /// good token is not asked for this: behind the same address may be others, who did nothing.
    pub(super) fn refuse(&self, refusal: Error, from: Option<Network>) -> Error {
        match refusal {
            Error::Unavailable { .. } | Error::TooMany { .. } => refusal,
            refusal => self.take(self.refusals.as_ref(), from).err().unwrap_or(refusal),
        }
    }

    /// Forgets who has not asked for so long that nothing of it counts any more.
    pub(super) fn forget_idle(&self) {
        let all = [&self.per_account, &self.per_address, &self.registrations, &self.renewals, &self.refusals];
        all.into_iter().flatten().for_each(Buckets::forget_idle);
    }

    /// What has no key is not counted.
    fn take(&self, buckets: Option<&Buckets>, key: Option<impl Hash>) -> Result<(), Error> {
        let Some((buckets, key)) = buckets.zip(key) else { return Ok(()) };
        buckets.take(self.hasher.hash_one(key)).map_err(too_many)
    }
}

fn too_many(retry_after: Duration) -> Error {
    Error::TooMany { retry_after }
}

/// An attempt that was let through.
#[must_use = "it counts as failed until it is settled"]
pub(super) struct Attempt<'l> {
    attempts: Option<&'l Attempts>,
    pair: u64,
}

impl Attempt<'_> {
    /// Says what it came to. Who knew the password has nothing to wait for, and of what was not looked at
    /// nothing is known.
    pub(super) fn settle<T>(self, outcome: &Result<T, Error>) {
        match outcome {
            Ok(_) => {
                if let Some(attempts) = self.attempts {
                    attempts.succeed(self.pair);
                }
            }
            Err(Error::Unavailable { .. }) => self.forget(),
            Err(_) => {}
        }
    }

    fn forget(self) {
        if let Some(attempts) = self.attempts {
            attempts.take_back(self.pair);
        }
    }
}

#[cfg(test)]
mod tests;
