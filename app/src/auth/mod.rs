//! The core: what a token is and what may happen to it. No Leptos, no axum, no SQL; time,
//! randomness and the database come in as arguments. Each verb has a file in `verbs`; both doors,
//! the server functions and the REST dialect, open on the same verbs.

pub mod clock;
pub mod error;
pub mod id;
pub mod import;
pub mod keys;
pub mod password;
pub mod revocation;
pub mod rotation;
pub mod seen;
pub mod session;
pub mod settings;
pub mod store;
pub mod token;
pub mod user;
mod verbs;

use std::{sync::Arc, thread::available_parallelism};

pub use error::Error;
pub use verbs::authenticate;
pub use verbs::register::Account;

use clock::{Clock, Randomness};
use jsonwebtoken::jwk::JwkSet;
use password::Passwords;
use revocation::RevocationSet;
use seen::SeenGenerations;
use settings::{Settings, SettingsError};
use store::Store;
use token::Tokens;

/// Issues, renews, checks and takes back tokens.
pub struct Auth {
    settings: Settings,
    tokens: Tokens,
    passwords: Passwords,
    revocations: RevocationSet,
    seen: SeenGenerations,
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
            passwords: Passwords::new(parallelism, randomness.clone()),
            revocations: RevocationSet::default(),
            seen: SeenGenerations::default(),
            settings,
            store,
            clock,
            randomness,
        })
    }

    /// The public halves of the keys that verify our tokens: for a shared secret there is none.
    pub fn public_keys(&self) -> JwkSet {
        self.tokens.public_keys()
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
