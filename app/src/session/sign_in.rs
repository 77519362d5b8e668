//! Signing in. The new session replaces the stored one.

use std::cell::RefCell;

use hallpass_types::{Credentials, Registration, TokenPair};

use super::{
    browser, engine,
    flight::{self, EngineEvent},
    pair::{Incoming, SignOut},
    refresh::received,
    sign_out, storage,
};
use crate::api::{ApiError, Code, session};

thread_local! {
    /// The session that this tab opened last.
    static BEGUN: RefCell<Option<SignOut>> = const { RefCell::new(None) };
}

/// Signs in with a username and password.
///
/// # Errors
/// The server's error.
pub(super) async fn sign_in(credentials: Credentials) -> Result<(), ApiError> {
    let sent_at = browser::now();
    begin(session::obtain(credentials).await?, sent_at)
}

/// Creates an account and signs in.
///
/// # Errors
/// The server's error.
pub(super) async fn register(registration: Registration) -> Result<(), ApiError> {
    let sent_at = browser::now();
    begin(session::register(registration).await?, sent_at)
}

fn begin(tokens: TokenPair, sent_at: i64) -> Result<(), ApiError> {
    let wrong = || ApiError::from(Code::Outdated);
    let pair = received(tokens, None, sent_at).ok_or_else(wrong)?;
    engine::expect_own(&pair);
    BEGUN.set(Some(SignOut { sid: pair.sid.clone(), refresh: pair.refresh.clone() }));
    storage::store(Incoming::SignIn(pair));
    flight::note(EngineEvent::SignedIn);
    engine::note_arrival();
    engine::wake_afresh();
    sign_out::finish();
    Ok(())
}

/// Ends the session that this tab opened, once another one is stored. When two tabs sign in at once, neither sees the
/// other's write in time, so the stored session does not know which one it replaced.
pub(super) fn give_way(stored_sid: &str) {
    if let Some(begun) = BEGUN.with_borrow_mut(|begun| begun.take_if(|begun| begun.sid != stored_sid)) {
        sign_out::end_at_server(begun);
    }
}
