//! The server that the engine asks.

use futures::future::{LocalBoxFuture, ready};
use hallpass_types::{Secret, TokenPair};

use crate::outcome::RefreshError;

/// A server with pairs of access and refresh tokens. [`RestApi`](crate::RestApi) is that of Hallpass and of Simple JWT.
pub trait RefreshApi {
    /// Exchanges a refresh token for the next pair.
    fn refresh(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<TokenPair, RefreshError>>;

    /// Revokes the session of a refresh token. A rejected token belongs to a session that has ended already.
    fn revoke(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<(), RefreshError>>;

    /// Whether the signed-in user is staff, asked once per session. `None` when the server did not say; without an
    /// answer [`Holder::is_staff`](crate::Holder::is_staff) is false.
    fn is_staff(&self) -> LocalBoxFuture<'static, Option<bool>> {
        Box::pin(ready(None))
    }
}
