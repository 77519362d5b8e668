//! A token as the store needs to know it.

use super::Token;
use crate::{
    clock::Timestamp,
    id::{Jti, SessionId},
    user::UserKey,
};

/// A verified refresh or sliding token, as the database needs to know it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// Its `jti`.
    pub jti: Jti,
    /// Its user, if it names one that can be ours.
    pub user: Option<UserKey>,
    /// Its session and generation; `None` when another issuer with the same key issued it.
    pub session: Option<(SessionId, u32)>,
    /// Its `iat`. A token without one counts as older than every revocation.
    pub issued_at: Option<Timestamp>,
    /// Time until which it can be renewed: its `exp`, or the `refresh_exp` of a sliding token.
    pub expires_at: Timestamp,
}

impl PresentedToken {
    /// Copies the claims that the database needs from a verified token.
    pub fn of(token: &Token) -> Self {
        Self {
            jti: token.jti.clone(),
            user: token.user.clone(),
            session: token.session.map(|session| (session, token.generation)),
            issued_at: token.issued_at,
            expires_at: token.expires_at,
        }
    }
}
