//! One argon2 hash per sign-in, with the parameters of the stored hash, limited to the number of processors.

use std::thread::available_parallelism;

use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task};

pub(crate) struct Passwords {
    permits: Semaphore,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { permits: Semaphore::new(available_parallelism().map_or(1, Into::into)) }
    }

    pub(crate) async fn verify(&self, password: String, stored: String) -> bool {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let verified = task::spawn_blocking(move || {
            let hash = PasswordHash::new(&stored).ok()?;
            Argon2::default().verify_password(password.as_bytes(), &hash).ok()
        });
        verified.await.is_ok_and(|verdict| verdict.is_some())
    }
}
