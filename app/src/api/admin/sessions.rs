//! Other people's sign-ins, seen and ended by an administrator.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::SessionInfo;
use leptos::prelude::*;
use server_fn::codec::Json;

use crate::api::{ApiError, client::SessionClient};

#[cfg(feature = "ssr")]
use crate::api::{expose::Expose, listing, request};
#[cfg(feature = "ssr")]
use hallpass_core::id::UserId;

/// The living sessions of a user, the one last renewed first; the hundred first when there are more.
///
/// # Errors
/// `NotFound`, `Forbidden`, `TokenNotValid`, `SessionEnded`, `UserInactive`, or what can befall any call.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/sessions_of")]
pub async fn sessions_of(id: String) -> Result<Vec<SessionInfo>, ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    let listed = request::auth().list_sessions_of(&by, user, listing::FIRST_HUNDRED).await.exposed()?;
    Ok(listed.map(|listed| listed.items).unwrap_or_default())
}

/// Ends one session of whoever has it, with its access tokens at once.
///
/// # Errors
/// `NotFound` when it is over already or there is none, or what [`sessions_of`] can answer.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_session")]
pub async fn end_session_of(sid: String) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    request::auth().end_any_session_by(&by, &sid, &request::origin()).await.exposed()
}

/// Ends all sessions of a user, with their access tokens at once.
///
/// # Errors
/// What [`sessions_of`] can answer.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_sessions")]
pub async fn end_sessions_of(id: String) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    request::auth().reset_sessions(&by, UserId::named(&id).exposed()?, &request::origin()).await.exposed()
}
