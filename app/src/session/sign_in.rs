//! Signing in: a new session takes the place of whatever was here.

use std::cell::RefCell;

use hallpass_types::{Credentials, Registration, TokenPair};

use super::{
    browser, engine,
    flight::{self, Deed},
    pair::{Incoming, SignOut},
    refresh::received,
    sign_out, storage,
};
use crate::api::{ApiError, Code, session};

thread_local! {
    /// The session that was begun last in this tab.
    static BEGUN: RefCell<Option<SignOut>> = const { RefCell::new(None) };
}

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
    let wrong = || ApiError::from(Code::Outdated);
    let pair = received(tokens, None, sent_at).ok_or_else(wrong)?;
    engine::expect_own(&pair);
    BEGUN.set(Some(SignOut { sid: pair.sid.clone(), refresh: pair.refresh.clone() }));
    storage::store(Incoming::SignIn(pair));
    flight::note(Deed::SignedIn);
    engine::note_arrival();
    engine::wake_afresh();
    sign_out::finish();
    Ok(())
}

/// Ends the session that was begun here once another one is stored. Of two tabs that sign in at once neither sees
/// the other's write before its own, so that the one that is stored does not know what it replaced.
pub(super) fn give_way(stored_sid: &str) {
    if let Some(begun) = BEGUN.with_borrow_mut(|begun| begun.take_if(|begun| begun.sid != stored_sid)) {
        sign_out::end_at_server(begun);
    }
}
