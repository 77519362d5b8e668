//! Administration of other users' accounts, sessions and tokens. Permissions are checked by
//! [`administration`](crate::administration), inside the transaction of the action.

mod sessions;
mod tokens;
mod users;

use std::{collections::HashSet, hash::Hash};

pub use users::Activation;

use super::authenticate::Bearer;
use crate::{
    Auth, Error, administration,
    id::{SessionId, UserId},
    session::Origin,
    store::AdminAction,
    violation::Violation,
};

/// An authenticated administrator. Only [`Auth::authorize_staff`] creates one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Administrator {
    /// The user.
    pub user: UserId,
    /// The session of the request.
    pub session: Option<SessionId>,
}

/// The maximum number of users or tokens per call: all are changed in one transaction.
const MAX_AT_ONCE: usize = 100;

/// Parses a list of ids and removes duplicates.
fn distinct<T: Clone + Eq + Hash>(
    field: &'static str,
    names: &[String],
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    if names.len() > MAX_AT_ONCE {
        return Err(Error::field(field, Violation::TooMany { max: MAX_AT_ONCE }));
    }
    let mut wanted = names.iter().map(|name| read(name)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    wanted.retain(|one| seen.insert(one.clone()));
    Ok(wanted)
}

impl Auth {
    /// Checks that the caller is an administrator, according to the database.
    ///
    /// # Errors
    /// `Forbidden`, `UserNotFound`, `UserInactive`, or `Unavailable`.
    pub async fn authorize_staff(&self, bearer: &Bearer) -> Result<Administrator, Error> {
        let user = self.load_active_user(bearer).await?;
        administration::check_staff(Some(&user))?;
        Ok(Administrator { user: user.id, session: bearer.session })
    }

    /// An admin action at the current time.
    fn action(&self, administrator: &Administrator, origin: &Origin) -> AdminAction {
        AdminAction {
            actor: administrator.user,
            now: self.clock.now(),
            origin: origin.clone(),
            leeway: self.settings.leeway,
            user_id_field: self.settings.user_id_field,
        }
    }
}
