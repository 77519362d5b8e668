//! Administration: what staff does to accounts, sessions and tokens of others. Whether it may is decided
//! by [`administration`](crate::administration), inside the transaction of the deed.

mod sessions;
mod tokens;
mod users;

use std::{collections::HashSet, hash::Hash};

pub use tokens::TokenFilter;
pub use users::Activation;

use super::authenticate::Bearer;
use crate::{
    Auth, Error, administration,
    fault::Fault,
    id::{SessionId, UserId},
    session::Origin,
    store::Deed,
};

/// Somebody who may enter the administration. Having one is the proof: nothing else makes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Administrator {
    /// Who.
    pub user: UserId,
    /// The session that asks.
    pub session: Option<SessionId>,
}

/// How many users or tokens one call may change: each is judged in the one transaction of all.
const MAX_AT_ONCE: usize = 100;

/// What a call names, each once.
fn distinct<T: Clone + Eq + Hash>(
    field: &'static str,
    names: &[String],
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    if names.len() > MAX_AT_ONCE {
        return Err(Error::field(field, Fault::TooMany { max: MAX_AT_ONCE }));
    }
    let mut wanted = names.iter().map(|name| read(name)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    wanted.retain(|one| seen.insert(one.clone()));
    Ok(wanted)
}

impl Auth {
    /// Whether the bearer may enter the administration, as the database has it now.
    ///
    /// # Errors
    /// `Forbidden`, `UserNotFound`, `UserInactive`, or `Unavailable`.
    pub async fn authorize_staff(&self, bearer: &Bearer) -> Result<Administrator, Error> {
        let user = self.load_active_user(bearer).await?;
        administration::check_staff(Some(&user))?;
        Ok(Administrator { user: user.id, session: bearer.session })
    }

    /// A deed that is done now.
    fn deed(&self, administrator: &Administrator, origin: &Origin) -> Deed {
        Deed {
            actor: administrator.user,
            now: self.clock.now(),
            origin: origin.clone(),
            leeway: self.settings.leeway,
            naming: self.settings.user_id_field,
        }
    }
}
