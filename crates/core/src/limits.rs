//! Rate limits: sign-ins by account and by network, registrations by network, refreshes by session. Each request is
//! counted in the step that admits it, before a password is hashed, so concurrent requests cannot exceed it. No limit
//! lets strangers lock an owner out of the networks the account was signed in to from: see `KnownNetworks`.

mod attempts;
mod buckets;
mod failures;
mod known;
mod network;
mod rate;
mod tier;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash},
    sync::Arc,
    time::Duration,
};

use attempts::{Attempts, Outcome, Reservation};
use buckets::Buckets;
use known::KnownNetworks;
use tier::Tier;

use super::{
    Error,
    clock::Clock,
    id::{Jti, SessionId},
};

pub use network::Network;
pub use rate::Rate;

/// The configurable limits; `None` is unlimited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Sign-ins to one account: from each network that it was signed in to from, and from all others together.
    pub sign_in_per_account: Option<Rate>,
    /// Sign-ins from one network, to any account.
    pub sign_in_per_address: Option<Rate>,
    /// Registrations from one network.
    pub register_per_address: Option<Rate>,
    /// Refreshes of one session.
    pub refresh_per_session: Option<Rate>,
    /// Rejected refreshes from one network.
    pub refused_refresh_per_address: Option<Rate>,
    /// The failed sign-ins to an account from one network that cause no delay. After each further one that network
    /// waits for that account, twice as long each time. Attempts in progress reserve the remaining failures.
    pub free_failures: Option<u32>,
}

impl Default for Limits {
    /// Allows for many people behind one IP address, and for a user who tries several passwords.
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
    /// No limits.
    pub const OFF: Self = Self {
        sign_in_per_account: None,
        sign_in_per_address: None,
        register_per_address: None,
        refresh_per_session: None,
        refused_refresh_per_address: None,
        free_failures: None,
    };
}

/// The rate limits and their counters in this process.
pub(super) struct Limiter {
    per_account: Option<Tier>,
    per_network: Option<Tier>,
    registrations: Option<Buckets>,
    refreshes: Option<Buckets>,
    rejected_refreshes: Option<Buckets>,
    attempts: Option<Attempts>,
    known: KnownNetworks,
    /// Usernames are counted by a seeded hash: any length costs the same, and no client can choose two that collide.
    hasher: RandomState,
}

impl Limiter {
    pub(super) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let buckets = |rate: Option<Rate>| rate.map(|rate| Buckets::new(rate, clock.clone()));
        let tier = |rate: Option<Rate>| rate.map(|rate| Tier::new(rate, clock));
        Self {
            per_account: tier(limits.sign_in_per_account),
            per_network: tier(limits.sign_in_per_address),
            registrations: buckets(limits.register_per_address),
            refreshes: buckets(limits.refresh_per_session),
            rejected_refreshes: buckets(limits.refused_refresh_per_address),
            attempts: limits.free_failures.map(|free| Attempts::new(free, clock.clone())),
            known: KnownNetworks::default(),
            hasher: RandomState::new(),
        }
    }

    /// Counts an attempt to prove the password of an account, which need not exist. Waits while attempts in progress
    /// hold all remaining failures of the account and network. The attempt counts as failed until it is
    /// [settled](Attempt::settle).
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) async fn begin_attempt(&self, username: &str, from: Option<Network>) -> Result<Attempt<'_>, Error> {
        let account = self.hasher.hash_one(username);
        let is_known = from.is_some_and(|network| self.known.contains(account, network));
        let attempt = Attempt { limiter: self, account, from, is_known, reservation: None };
        attempt.take(self.per_network.as_ref(), attempt.network_keys())?;
        let reservation = match &self.attempts {
            Some(attempts) => Some(attempts.begin(self.hasher.hash_one((account, from))).await.map_err(too_many)?),
            None => None,
        };
        match attempt.take(self.per_account.as_ref(), Some(attempt.account_keys())) {
            Ok(()) => Ok(Attempt { reservation, ..attempt }),
            Err(refusal) => {
                if let Some(reservation) = reservation {
                    reservation.settle(Outcome::NotVerified);
                }
                Err(refusal)
            }
        }
    }

    /// The number of attempts that wait for others of the same account and network.
    pub(super) fn waiting(&self) -> usize {
        self.attempts.as_ref().map_or(0, Attempts::waiting)
    }

    /// Counts a registration.
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) fn register(&self, from: Option<Network>) -> Result<(), Error> {
        self.take(self.registrations.as_ref(), from)
    }

    /// Counts a refresh with a verified token: by its session, or by its `jti` if it has none.
    ///
    /// # Errors
    /// `TooMany`.
    pub(super) fn refresh(&self, session: Option<SessionId>, jti: &Jti) -> Result<(), Error> {
        let lone = session.is_none().then_some(jti);
        self.take(self.refreshes.as_ref(), Some((session, lone)))
    }

    /// Counts a rejected refresh. Returns its error, or `TooMany` after too many. Valid tokens are not checked against
    /// this limit: others behind the same IP address may be innocent.
    pub(super) fn reject_refresh(&self, refusal: Error, from: Option<Network>) -> Error {
        match refusal {
            Error::Unavailable { .. } | Error::TooMany { .. } => refusal,
            refusal => self.take(self.rejected_refreshes.as_ref(), from).err().unwrap_or(refusal),
        }
    }

    /// Removes counters that have been idle so long that they no longer matter.
    pub(super) fn remove_idle(&self) {
        [&self.registrations, &self.refreshes, &self.rejected_refreshes]
            .into_iter()
            .flatten()
            .for_each(Buckets::remove_idle);
        [&self.per_account, &self.per_network].into_iter().flatten().for_each(Tier::remove_idle);
    }

    /// Without a key nothing is counted.
    fn take(&self, buckets: Option<&Buckets>, key: Option<impl Hash>) -> Result<(), Error> {
        let Some((buckets, key)) = buckets.zip(key) else { return Ok(()) };
        buckets.take(self.hasher.hash_one(key)).map_err(too_many)
    }
}

fn too_many(retry_after: Duration) -> Error {
    Error::TooMany { retry_after }
}

/// The keys of an attempt: for the bucket of its known network, and for the bucket shared by all other networks.
struct Keys {
    known: u64,
    strangers: u64,
}

/// An admitted attempt.
#[must_use = "it counts as failed until it is settled"]
pub(super) struct Attempt<'l> {
    limiter: &'l Limiter,
    account: u64,
    from: Option<Network>,
    is_known: bool,
    reservation: Option<Reservation<'l>>,
}

impl Attempt<'_> {
    /// Records the result. A correct password clears earlier failures and makes the network a known one of the account.
    /// An attempt whose password was not verified is not counted.
    pub(super) fn settle<T>(mut self, outcome: &Result<T, Error>) {
        if outcome.is_ok() {
            self.remember();
        }
        let Some(reservation) = self.reservation.take() else { return };
        reservation.settle(match outcome {
            Ok(_) => Outcome::Succeeded,
            Err(Error::Unavailable { .. }) => Outcome::NotVerified,
            Err(_) => Outcome::Failed,
        });
    }

    /// The sign-in that makes a network known also counts in the buckets of known networks, so that their rates are no
    /// higher.
    fn remember(&self) {
        let Some(network) = self.from else { return };
        if !self.limiter.known.insert(self.account, network) {
            return;
        }
        let keys = [
            (self.limiter.per_account.as_ref(), Some(self.account_keys())),
            (self.limiter.per_network.as_ref(), self.network_keys()),
        ];
        for (tier, keys) in keys {
            if let Some((tier, keys)) = tier.zip(keys) {
                // An empty bucket stays empty.
                _ = tier.known.take(keys.known);
            }
        }
    }

    fn take(&self, tier: Option<&Tier>, keys: Option<Keys>) -> Result<(), Error> {
        let Some((tier, keys)) = tier.zip(keys) else { return Ok(()) };
        let taken = if self.is_known { tier.known.take(keys.known) } else { tier.strangers.take(keys.strangers) };
        taken.map_err(too_many)
    }

    fn account_keys(&self) -> Keys {
        Keys { known: self.limiter.hasher.hash_one((self.account, self.from)), strangers: self.account }
    }

    /// An attempt from the command line is not counted by network.
    fn network_keys(&self) -> Option<Keys> {
        let key = self.limiter.hasher.hash_one(self.from?);
        Some(Keys { known: key, strangers: key })
    }
}

#[cfg(test)]
mod tests;
