//! Sessions of other users, listed and revoked by an administrator.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::SessionInfo;
use leptos::prelude::*;
use server_fn::codec::Json;

use crate::api::{ApiError, client::SessionClient};

#[cfg(feature = "ssr")]
use crate::api::{expose::Expose, listing, request};
#[cfg(feature = "ssr")]
use hallpass_core::id::UserId;

/// Returns up to a hundred active sessions of a user, most recently renewed first.
///
/// # Errors
/// `NotFound`, `Forbidden`, `TokenNotValid`, `SessionEnded`, `UserInactive`, or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/sessions_of")]
pub async fn sessions_of(id: String) -> Result<Vec<SessionInfo>, ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    let listed = request::auth().list_sessions_of(&by, user, listing::FIRST_HUNDRED).await.exposed()?;
    Ok(listed.map(|listed| listed.items).unwrap_or_default())
}

/// Revokes one session of any user. Its access tokens are rejected at once.
///
/// # Errors
/// `NotFound` if the session has ended or does not exist, or any error of [`sessions_of`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_session")]
pub async fn end_session_of(sid: String) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    request::auth().revoke_any_session_by(&by, &sid, &request::origin()).await.exposed()
}

/// Revokes all sessions of a user. Their access tokens are rejected at once.
///
/// # Errors
/// Any error of [`sessions_of`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_sessions")]
pub async fn end_sessions_of(id: String) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    request::auth().reset_sessions(&by, UserId::named(&id).exposed()?, &request::origin()).await.exposed()
}
