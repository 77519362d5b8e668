//! The core: what a token is and what may happen to it. No Leptos, no axum, no SQL; time,
//! randomness and the database come in as arguments. Each operation has a file in `operations`; both doors,
//! the server functions and the REST dialect, open on the same operations.

pub mod administration;
pub mod clients;
pub mod clock;
pub mod error;
pub mod event;
pub mod failures;
pub mod fault;
pub mod id;
pub mod import;
pub mod keys;
pub mod limits;
pub mod observer;
mod operations;
pub mod paging;
pub mod password;
pub mod policy;
pub mod revocation;
pub mod rotation;
pub mod search;
pub mod seen;
pub mod session;
pub mod sessionless;
pub mod settings;
pub mod store;
pub mod text;
pub mod token;
pub mod user;
mod write_probe;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::available_parallelism,
};

pub use error::Error;
pub use operations::admin;
pub use operations::authenticate;
pub use operations::oauth;
pub use operations::register::Account;

use clock::{Clock, Randomness};
use failures::Failures;
use hallpass_verify::{FetchKeys, RemoteKeys};
use jsonwebtoken::jwk::JwkSet;
use keys::KeyRing;
use limits::Limiter;
use observer::Observer;
use password::Passwords;
use policy::{DefaultPolicy, Policy};
use revocation::RevocationSet;
use seen::SeenGenerations;
use settings::{Settings, SettingsError};
use store::Store;
use token::Tokens;
use write_probe::WriteProbe;

/// Issues, renews, checks and takes back tokens.
pub struct Auth {
    settings: Arc<Settings>,
    policy: Arc<dyn Policy>,
    observer: Arc<dyn Observer>,
    tokens: Tokens,
    /// Whether the kept keys could not be read, so that those in use may be older.
    doubts_keys: AtomicBool,
    passwords: Passwords,
    revocations: Arc<RevocationSet>,
    seen: SeenGenerations,
    failures: Failures,
    limiter: Limiter,
    write_probe: WriteProbe,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl Auth {
    /// With validated settings.
    ///
    /// # Errors
    /// When the settings cannot work or would not be safe.
    pub fn new(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsError> {
        settings.validate()?;
        let parallelism = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            tokens: Tokens::new(&settings)?,
            doubts_keys: AtomicBool::new(false),
            passwords: Passwords::new(parallelism, settings.hash_cost, randomness.clone()),
            revocations: store.revocations(),
            seen: SeenGenerations::default(),
            failures: Failures::default(),
            write_probe: WriteProbe::default(),
            limiter: Limiter::new(&settings.limits, &clock),
            settings: Arc::new(settings),
            policy: Arc::new(DefaultPolicy),
            observer: Arc::new(()),
            store,
            clock,
            randomness,
        })
    }

    /// With another issuer, whose tokens are accepted by the keys that it publishes. Needs the setting
    /// that says what it signs with.
    #[must_use]
    pub fn accepting(mut self, source: Arc<dyn FetchKeys>) -> Self {
        if let Some(issuer) = &self.settings.foreign_issuer {
            self.tokens.accept(RemoteKeys::new(source, &[issuer.algorithm]));
        }
        self
    }

    /// Signs and verifies with the keys of this ring from now on. No request notices.
    pub fn replace_keys(&self, ring: KeyRing) {
        self.tokens.replace_keys(ring);
        self.doubts_keys.store(false, Ordering::Relaxed);
    }

    /// Says that the kept keys cannot be read. Those in use stay, and [`check_ready`](Self::check_ready) fails until
    /// [`replace_keys`](Self::replace_keys).
    pub fn doubt_keys(&self) {
        self.doubts_keys.store(true, Ordering::Relaxed);
    }

    /// Asks the other issuer, if there is one, for its keys anew.
    pub async fn renew_foreign_keys(&self) {
        if let Some(remote) = self.tokens.remote() {
            remote.renew(self.clock.now()).await;
        }
    }

    /// With decisions of the deployment's own in the place of Simple JWT's defaults.
    #[must_use]
    pub fn with_policy(self, policy: Arc<dyn Policy>) -> Self {
        Self { policy, ..self }
    }

    /// With somebody who is told what happens.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The public halves of the keys that verify our tokens: for a shared secret there is none.
    pub fn public_keys(&self) -> JwkSet {
        self.tokens.ring().published(self.clock.now())
    }

    /// Forgets, of what is counted for limits, whatever counts no more.
    pub fn forget_idle(&self) {
        self.limiter.forget_idle();
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
