//! Getting, renewing and giving back a pair. These carry their credential in the body, so they need
//! no bearer and travel by the plain client: the renewal must never wait for itself.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Credentials, Registration, Secret, TokenPair};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::{LastingClient, PublicClient};
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{expose::Expose, request, words};

/// Makes an account and signs it in.
///
/// # Errors
/// `Invalid` with the fields to mend, `RegistrationClosed`, `TooManyRequests`, or what can befall any call.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/register")]
pub async fn register(registration: Registration) -> Result<TokenPair, ApiError> {
    let (auth, origin) = (request::auth(), request::origin());
    let user = auth.register(&registration, &origin).await.exposed_in(words::registration_fault)?;
    auth.open_session(&user, origin).await.exposed()
}

/// Signs in: a name and password for a pair.
///
/// # Errors
/// `NoActiveAccount`, `TooManyRequests`, or what can befall any call.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/obtain")]
pub async fn obtain(credentials: Credentials) -> Result<TokenPair, ApiError> {
    request::auth().obtain_pair(&credentials, request::origin()).await.exposed()
}

/// Renews: a refresh token for the next pair.
///
/// # Errors
/// `TokenNotValid`, `SessionEnded`, `UserInactive`, `TooManyRequests`, or what can befall any call.
#[server(client = PublicClient, input = Json, prefix = "/rpc", endpoint = "session/refresh")]
pub async fn refresh(refresh: Secret) -> Result<TokenPair, ApiError> {
    request::auth().refresh(refresh.expose(), request::origin()).await.exposed()
}

/// Signs out: ends the session of a refresh token, also one that was already spent.
///
/// # Errors
/// `SessionEnded` when it was over already, `TokenNotValid`, or what can befall any call.
#[server(client = LastingClient, input = Json, prefix = "/rpc", endpoint = "session/blacklist")]
pub async fn blacklist(refresh: Secret) -> Result<(), ApiError> {
    request::auth().blacklist(refresh.expose(), request::origin()).await.exposed()
}
