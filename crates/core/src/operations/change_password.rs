//! `change_password`: needs the one in force, and ends every other session (ASVS 6.2.3, 7.4.3).

use hallpass_types::{EndReason, PasswordChange};
use secrecy::SecretString;

use super::authenticate::Bearer;
use crate::{
    Auth, Error,
    fault::Fault,
    limits::Network,
    password::{Busy, Password, Verdict},
    session::Origin,
    store::NewPassword,
    user::{self, User},
};

impl Auth {
    /// Changes the bearer's own password. With `CHECK_REVOKE_TOKEN` it ends the session that asks as well.
    ///
    /// # Errors
    /// `Invalid` with the field to mend, `UserNotFound`, `UserInactive`, `TooMany`, or `Unavailable`.
    pub async fn change_password(&self, bearer: &Bearer, form: &PasswordChange, origin: &Origin) -> Result<(), Error> {
        let user = self.load_active_user(bearer).await?;
        let stored = self.store.find_credentials(&user.username).await?.map(|found| found.password);
        let current = Password::typed(form.current_password.expose());
        let wrong = || Error::field("current_password", Fault::WrongPassword);
        // Who holds somebody's token could guess here what the token does not give.
        let attempt = self.limiter.begin_attempt(&user.username, Network::of(origin)).await?;
        let checked = match self.passwords.verify(current, stored.clone()).await {
            Ok(Verdict::Wrong) => Err(wrong()),
            Ok(Verdict::Right | Verdict::RightButWeaklyHashed) => Ok(()),
            Err(busy) => Err(busy.into()),
        };
        attempt.settle(&checked);
        checked?;
        let new: SecretString = form.new_password.expose().into();
        let checked = self.check_password_of(&user, &new).await?;
        let new = checked.map_err(|fault| Error::field("new_password", fault))?;
        let hash = self.passwords.hash(new).await?;
        let ending = self.ending(EndReason::PasswordChanged, origin);
        // Where a token ends with its password, the session that asks has none left either.
        let keep = bearer.session.filter(|_| !self.settings.check_revoke_token);
        let new = NewPassword { user: user.id, hash, checked: stored, keep };
        // Somebody who knows the old password must not undo a reset that came in between.
        if self.store.set_password(new, ending).await? { Ok(()) } else { Err(wrong()) }
    }

    /// Sets a user's password without asking for the one in force, as an operator does, and ends all of
    /// the user's sessions.
    ///
    /// # Errors
    /// `UserNotFound`, `Invalid` with the field to mend, or `Unavailable`.
    pub async fn set_password(&self, username: &str, new: SecretString) -> Result<User, Error> {
        let found = self.store.find_credentials(&user::normalize(username)).await?;
        let user = found.ok_or(Error::UserNotFound)?.user;
        let checked = self.check_password_of(&user, &new).await?;
        let new = checked.map_err(|fault| Error::field("password", fault))?;
        let hash = self.passwords.hash(new).await?;
        let ending = self.ending(EndReason::PasswordChanged, &Origin::default());
        let new = NewPassword { user: user.id, hash, checked: None, keep: None };
        if self.store.set_password(new, ending).await? { Ok(user) } else { Err(Error::UserNotFound) }
    }

    pub(super) async fn check_password_of(
        &self,
        user: &User,
        password: &SecretString,
    ) -> Result<Result<Password, Fault>, Busy> {
        self.check_new_password(password, &[&user.username, &user.email]).await
    }
}
