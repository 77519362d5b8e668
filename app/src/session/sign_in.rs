//! Signing in: a new session takes the place of whatever was here.

use super::{
    browser, engine,
    flight::{self, Deed},
    pair::Incoming,
    refresh::received,
    sign_out, storage,
};
use crate::{
    api::{around, session},
    wire::{ApiError, Code, Credentials, Registration, TokenPair},
};

/// Signs in with a name and a password.
///
/// # Errors
/// What the server answered.
pub(super) async fn sign_in(credentials: Credentials) -> Result<(), ApiError> {
    let sent_at = browser::now();
    begin(session::obtain(credentials).await?, sent_at)
}

/// Makes an account and signs it in.
///
/// # Errors
/// What the server answered.
pub(super) async fn register(registration: Registration) -> Result<(), ApiError> {
    let sent_at = browser::now();
    begin(session::register(registration).await?, sent_at)
}

fn begin(tokens: TokenPair, sent_at: i64) -> Result<(), ApiError> {
    let wrong = || around::error(Code::Outdated);
    let pair = received(tokens, None, sent_at).ok_or_else(wrong)?;
    engine::expect_own(&pair);
    storage::store(Incoming::SignIn(pair));
    flight::note(Deed::SignedIn);
    engine::note_arrival();
    engine::wake_afresh();
    sign_out::finish();
    Ok(())
}
