//! Sign-in, registration, renewal and sign-out. They carry their credential in the body and use the plain client, so
//! that a renewal never waits for itself.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Credentials, Registration, Secret, TokenPair};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::{LastingClient, PublicClient};
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{expose::Expose, request, words};

/// Creates an account and signs in.
///
/// # Errors
/// `Invalid` with the rejected fields, `RegistrationClosed`, `TooManyRequests`, or a transport error.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/register")]
pub async fn register(registration: Registration) -> Result<TokenPair, ApiError> {
    let (auth, origin) = (request::auth(), request::origin());
    let user = auth.register(&registration, &origin).await.exposed_in(words::registration_fault)?;
    auth.open_session(&user, origin).await.exposed()
}

/// Signs in with a username and password.
///
/// # Errors
/// `NoActiveAccount`, `TooManyRequests`, or a transport error.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/obtain")]
pub async fn obtain(credentials: Credentials) -> Result<TokenPair, ApiError> {
    request::auth().obtain_pair(&credentials, request::origin()).await.exposed()
}

/// Exchanges a refresh token for the next pair.
///
/// # Errors
/// `TokenNotValid`, `SessionEnded`, `UserInactive`, `TooManyRequests`, or a transport error.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/refresh")]
pub async fn refresh(refresh: Secret) -> Result<TokenPair, ApiError> {
    request::auth().refresh(refresh.expose(), request::origin()).await.exposed()
}

/// Signs out: revokes the session of a refresh token, even if the token is spent.
///
/// # Errors
/// `SessionEnded` if it had ended already, `TokenNotValid`, or a transport error.
#[server(client = LastingClient, input = Json, prefix = "/rpc", endpoint = "session/blacklist")]
pub async fn blacklist(refresh: Secret) -> Result<(), ApiError> {
    request::auth().blacklist(refresh.expose(), request::origin()).await.exposed()
}
