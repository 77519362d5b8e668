//! The rows that an authenticated request reads, as listed in `docs/settings.md`.

use crate::{
    id::{SessionId, UserId},
    settings::{SessionCheck, Settings},
    token::Token,
    user::UserKey,
};

/// The rows that are read before a token is accepted.
pub(super) enum Lookup {
    /// Nothing: the signature, the claims and the revocation set decide.
    Nothing(UserId),
    /// The user row, because settings ask for it.
    User,
    /// The user row, which must be that of the session: the username or e-mail address in the token may have passed to
    /// another account since.
    UserOf(SessionId),
    /// The session row and the user row.
    SessionAndUser(SessionId),
    /// The account that a token without a session names, and whether the token was revoked.
    Sessionless,
}

impl Lookup {
    pub(super) fn for_token(token: &Token, user: &UserKey, settings: &Settings) -> Self {
        use SessionCheck::{Database, RevocationSet, Stateless};
        match (token.session, settings.session_check, user, settings.check_revoke_token) {
            (None, RevocationSet | Stateless | Database, _, _) => Self::Sessionless,
            (Some(session), Database, _, _) => Self::SessionAndUser(session),
            (Some(session), RevocationSet | Stateless, UserKey::Username(_) | UserKey::Email(_), _) => {
                Self::UserOf(session)
            }
            (Some(_), RevocationSet | Stateless, UserKey::Id(_), true) => Self::User,
            (Some(_), RevocationSet | Stateless, UserKey::Id(user), false) => Self::Nothing(*user),
        }
    }
}
