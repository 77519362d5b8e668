//! `change_password`: requires the current password and revokes every other session (ASVS 6.2.3, 7.4.3).

use hallpass_types::{EndReason, PasswordChange};
use secrecy::SecretString;

use super::authenticate::Bearer;
use crate::{
    Auth, Error,
    limits::Network,
    password::{Password, Verdict},
    session::Origin,
    store::NewPassword,
    user::{self, User},
    violation::Violation,
};

impl Auth {
    /// Changes the caller's password. With `CHECK_REVOKE_TOKEN` the current session ends as well.
    ///
    /// # Errors
    /// `Invalid` with the field, `UserNotFound`, `UserInactive`, `TooMany`, or `Unavailable`.
    pub async fn change_password(&self, bearer: &Bearer, form: &PasswordChange, origin: &Origin) -> Result<(), Error> {
        let user = self.load_active_user(bearer).await?;
        let stored = self.store.find_credentials(&user.username).await?.map(|found| found.password);
        let current = Password::typed(form.current_password.expose());
        let wrong = || Error::field("current_password", Violation::WrongPassword);
        // The limit keeps a stolen access token from guessing the password.
        let attempt = self.limiter.begin_attempt(&user.username, Network::of(origin)).await?;
        let checked = match self.passwords.verify(current, stored.clone()).await {
            Ok(Verdict::Wrong) => Err(wrong()),
            Ok(Verdict::Right | Verdict::RightButWeaklyHashed) => Ok(()),
            Err(busy) => Err(busy.into()),
        };
        attempt.settle(&checked);
        checked?;
        let new: SecretString = form.new_password.expose().into();
        let hash = self.hash_new_password("new_password", &user, &new).await?;
        let ending = self.ending(EndReason::PasswordChanged, origin);
        // With `CHECK_REVOKE_TOKEN` the current session has no valid token left either.
        let keep = bearer.session.filter(|_| !self.settings.check_revoke_token);
        let new = NewPassword { user: user.id, hash, checked: stored, keep };
        // The old password must not undo a reset that was made in the meantime.
        if self.store.set_password(new, ending).await? { Ok(()) } else { Err(wrong()) }
    }

    /// Sets a user's password without the current one, for the operator, and revokes all of the user's sessions.
    ///
    /// # Errors
    /// `UserNotFound`, `Invalid` with the field, or `Unavailable`.
    pub async fn set_password(&self, username: &str, new: SecretString) -> Result<User, Error> {
        let found = self.store.find_credentials(&user::normalize(username)).await?;
        let user = found.ok_or(Error::UserNotFound)?.user;
        let hash = self.hash_new_password("password", &user, &new).await?;
        let ending = self.ending(EndReason::PasswordChanged, &Origin::default());
        let new = NewPassword { user: user.id, hash, checked: None, keep: None };
        if self.store.set_password(new, ending).await? { Ok(user) } else { Err(Error::UserNotFound) }
    }

    /// Checks a user's new password, which the form has in this field, and hashes it.
    pub(super) async fn hash_new_password(
        &self,
        field: &'static str,
        user: &User,
        password: &SecretString,
    ) -> Result<SecretString, Error> {
        let checked = self.check_new_password(password, &[&user.username, &user.email]).await?;
        Ok(self.passwords.hash(checked.map_err(|error| Error::field(field, error))?).await?)
    }
}
