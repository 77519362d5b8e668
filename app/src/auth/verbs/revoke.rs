//! `revoke_session`: end a session from elsewhere.

use crate::{
    auth::{Auth, Error, id::SessionId, session::Origin},
    wire::EndReason,
};

impl Auth {
    /// Ends a session with its access tokens, at once. `false` when it is unknown or over already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn revoke_session(&self, session: SessionId, origin: &Origin) -> Result<bool, Error> {
        let revocation = self.store.revoke_session(session, self.ending(EndReason::Revoked, origin)).await?;
        let was_alive = revocation.is_some();
        self.revocations.insert_all(revocation);
        Ok(was_alive)
    }
}
