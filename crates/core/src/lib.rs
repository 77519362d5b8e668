//! The domain of Hallpass: settings, keys, tokens, rotation, sessions, users, rate limits, and the operations on them.
//!
//! [`Auth`] has one method per operation. The server functions of the pages and the REST API both call it, so a rule
//! that both need is written once, here.
//!
//! **Invariant:** nothing in this crate knows HTTP servers, SQL or Leptos. Time, randomness and the database are
//! arguments ([`Clock`], [`Randomness`], [`Store`]), so every rule can be tested with a fixed clock.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use hallpass_core::{
//!     Auth,
//!     clock::{SystemClock, SystemRandomness},
//!     session::Origin,
//!     settings::Settings,
//!     store::Store,
//!     token::TokenType,
//! };
//! use hallpass_types::Credentials;
//!
//! async fn sign_in(store: Arc<dyn Store>, key: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
//!     let settings = Settings::with_signing_key(key.into());
//!     let auth = Auth::new(settings, store, Arc::new(SystemClock), Arc::new(SystemRandomness))?;
//!
//!     let credentials = Credentials { username: "ada".into(), password: "correct horse battery staple".into() };
//!     let pair = auth.obtain_pair(&credentials, Origin::UNKNOWN).await?;
//!
//!     let caller = auth.authenticate(pair.access.expose(), &[TokenType::Access]).await?;
//!     println!("user {} until {}", caller.user, caller.expires_at.seconds());
//!     Ok(())
//! }
//! ```

pub mod administration;
pub mod clients;
pub mod clock;
pub mod error;
pub mod event;
pub mod failures;
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
mod token_type;
pub mod user;
pub mod violation;
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

/// Issues, renews, verifies and revokes tokens. The entry point of the crate.
pub struct Auth {
    settings: Arc<Settings>,
    policy: Arc<dyn Policy>,
    observer: Arc<dyn Observer>,
    tokens: Tokens,
    /// Whether the stored key ring could not be read, so that the keys in use may be outdated.
    are_keys_stale: AtomicBool,
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
    /// Creates the core with the default policy and without an observer.
    ///
    /// # Errors
    /// When the settings are invalid or unsafe.
    pub fn new(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, SettingsError> {
        settings.validate()?;
        let settings = Arc::new(settings);
        let parallelism = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            tokens: Tokens::new(settings.clone())?,
            are_keys_stale: AtomicBool::new(false),
            passwords: Passwords::new(parallelism, settings.hash_cost, randomness.clone()),
            revocations: store.revocations(),
            seen: SeenGenerations::default(),
            failures: Failures::default(),
            write_probe: WriteProbe::default(),
            limiter: Limiter::new(&settings.limits, &clock),
            settings,
            policy: Arc::new(DefaultPolicy),
            observer: Arc::new(()),
            store,
            clock,
            randomness,
        })
    }

    /// Accepts tokens of another issuer, verified by the keys that it publishes. Has no effect without
    /// [`Settings::foreign_issuer`].
    #[must_use]
    pub fn accepting(mut self, source: Arc<dyn FetchKeys>) -> Self {
        if let Some(issuer) = &self.settings.foreign_issuer {
            self.tokens.accept(RemoteKeys::new(source, &[issuer.algorithm]));
        }
        self
    }

    /// Replaces the key ring. Requests in progress are not affected.
    pub fn replace_keys(&self, ring: KeyRing) {
        self.tokens.replace_keys(ring);
        self.are_keys_stale.store(false, Ordering::Relaxed);
    }

    /// Reports that the stored key ring cannot be read. The keys in use stay, and [`check_ready`](Self::check_ready)
    /// fails until [`replace_keys`](Self::replace_keys).
    pub fn report_unreadable_keys(&self) {
        self.are_keys_stale.store(true, Ordering::Relaxed);
    }

    /// Fetches the keys of the other issuer again, if there is one.
    pub async fn renew_foreign_keys(&self) {
        if let Some(remote) = self.tokens.remote() {
            remote.renew(self.clock.now()).await;
        }
    }

    /// Replaces Simple JWT's defaults by the deployment's policy.
    #[must_use]
    pub fn with_policy(self, policy: Arc<dyn Policy>) -> Self {
        Self { policy, ..self }
    }

    /// Sets the observer that counts what happens.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The public keys that verify our tokens. A shared secret has none.
    pub fn public_keys(&self) -> JwkSet {
        self.tokens.ring().published(self.clock.now())
    }

    /// Removes rate limit counters that no longer matter.
    pub fn remove_idle(&self) {
        self.limiter.remove_idle();
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
