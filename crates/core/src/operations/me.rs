//! `load_me`: the caller's account, from the database.

use hallpass_types::Me;

use super::authenticate::Bearer;
use crate::{Auth, Error, user::User};

impl Auth {
    /// Loads the caller's account and session.
    ///
    /// # Errors
    /// `UserNotFound`, `UserInactive`, or `Unavailable`.
    pub async fn load_me(&self, bearer: &Bearer) -> Result<Me, Error> {
        let user = self.load_active_user(bearer).await?;
        let session = match bearer.session {
            Some(session) => self.store.find_session(session).await?,
            None => None,
        };
        Ok(Me {
            id: user.id.to_string(),
            username: user.username,
            email: user.email,
            is_staff: user.is_staff,
            date_joined: user.date_joined.seconds(),
            last_login: user.last_login.map(crate::clock::Timestamp::seconds),
            session: session.map(|session| session.info(bearer.session)),
        })
    }

    pub(super) async fn load_active_user(&self, bearer: &Bearer) -> Result<User, Error> {
        match self.store.find_user(bearer.user).await? {
            Some(user) if user.is_active || !self.settings.check_user_is_active => Ok(user),
            Some(_) => Err(Error::UserInactive),
            None => Err(Error::UserNotFound),
        }
    }
}
