//! `change_profile`: what people change of the own account without the password. Nothing is ever sent
//! to the address, and no account is got back by it, so a new one gives nobody anything.

use hallpass_types::{EndReason, Me, ProfileForm};

use super::authenticate::Bearer;
use crate::{Auth, Error, fault::Fault, session::Origin, store::ProfileChange};

impl Auth {
    /// Changes the bearer's own address. Where tokens name their user by it (`USER_ID_FIELD`), all of the
    /// user's sessions end, also the one that asks.
    ///
    /// # Errors
    /// `Invalid` with the field to mend, `UserNotFound`, `UserInactive`, or `Unavailable`.
    pub async fn change_profile(&self, bearer: &Bearer, form: &ProfileForm, origin: &Origin) -> Result<Me, Error> {
        let user = self.load_active_user(bearer).await?;
        let email = self.check_email(&form.email, Some(&user)).await?;
        let email = email.map_err(|fault| Error::field("email", fault))?;
        let ending = self.ending(EndReason::Revoked, origin);
        match self.store.change_profile(user.id, email, self.settings.user_id_field, ending).await? {
            ProfileChange::Done(_) => {}
            ProfileChange::EmailTaken => return Err(Error::field("email", Fault::EmailTaken)),
            ProfileChange::Gone => return Err(Error::UserNotFound),
        }
        self.load_me(bearer).await
    }
}
