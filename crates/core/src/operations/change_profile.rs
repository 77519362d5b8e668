//! `change_profile`: changes that need no password. No mail is sent to the e-mail address and no account is recovered
//! with it, so a new one grants nothing.

use hallpass_types::{EndReason, Me, ProfileForm};

use super::authenticate::Bearer;
use crate::{Auth, Error, session::Origin};

impl Auth {
    /// Changes the caller's e-mail address. Where tokens identify users by it (`USER_ID_FIELD`), all of the user's
    /// sessions end, including the current one.
    ///
    /// # Errors
    /// `Invalid` with the field, `UserNotFound`, `UserInactive`, or `Unavailable`.
    pub async fn change_profile(&self, bearer: &Bearer, form: &ProfileForm, origin: &Origin) -> Result<Me, Error> {
        let user = self.load_active_user(bearer).await?;
        let email = self.check_email(&form.email, Some(&user)).await?;
        let email = email.map_err(|error| Error::field("email", error))?;
        let ending = self.ending(EndReason::Revoked, origin);
        let is_changed = self.store.change_profile(user.id, email, self.settings.user_id_field, ending).await?;
        if is_changed { self.load_me(bearer).await } else { Err(Error::UserNotFound) }
    }
}
