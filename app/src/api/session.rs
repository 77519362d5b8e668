//! Sign-in, registration, refresh and sign-out. They carry their credential in the body and are sent without a token, so
//! that a refresh never waits for itself. Every function can fail with a transport error.

use hallpass_leptos::{KeepaliveClient, PublicClient};
use hallpass_types::{Credentials, Registration, Secret, TokenPair};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::ApiError;

#[cfg(feature = "ssr")]
use super::{expose::Expose, request, words};

/// Creates an account and signs in. Fails with `Invalid` and the rejected fields, `RegistrationClosed`,
/// `TooManyRequests`, or `NoActiveAccount` if the account may not sign in yet.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/register")]
pub(crate) async fn register(registration: Registration) -> Result<TokenPair, ApiError> {
    let (auth, origin) = (request::auth(), request::origin());
    let user = auth.register(&registration, &origin).await.exposed_in(words::registration_fault)?;
    auth.open_session(&user, origin).await.exposed()
}

/// Signs in with a username and password. Fails with `NoActiveAccount` or `TooManyRequests`.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/obtain")]
pub(crate) async fn obtain(credentials: Credentials) -> Result<TokenPair, ApiError> {
    request::auth().obtain_pair(&credentials, request::origin()).await.exposed()
}

/// Exchanges a refresh token for the next pair. Fails with `TokenNotValid`, `SessionEnded`, `UserInactive` or
/// `TooManyRequests`.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/refresh")]
pub(crate) async fn refresh(refresh: Secret) -> Result<TokenPair, ApiError> {
    request::auth().refresh(refresh.expose(), request::origin()).await.exposed()
}

/// Signs out: revokes the session of a refresh token, even if the token is spent. Fails with `TokenNotValid`, or with
/// `SessionEnded` if it had ended already.
#[server(client = KeepaliveClient, input = Json, prefix = "/rpc", endpoint = "session/blacklist")]
pub(crate) async fn blacklist(refresh: Secret) -> Result<(), ApiError> {
    request::auth().blacklist(refresh.expose(), request::origin()).await.exposed()
}
