//! The signed-in user's sessions, listed and revoked. Each function authenticates its caller.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Listing, SessionInfo};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::SessionClient;
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{
    expose::Expose,
    listing::{self, listing},
    request,
};

/// Returns a page of the user's active sessions, most recently renewed first; the first page by default.
///
/// # Errors
/// `NotFound` past the last page, `TokenNotValid`, `SessionEnded`, `UserInactive`, or a transport error.
#[server(name = ListSessions, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/sessions")]
pub async fn sessions(page: Option<u32>) -> Result<Listing<SessionInfo>, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().list_sessions(&bearer, listing::page(page.unwrap_or(1))).await.and_then(listing).exposed()
}

/// Revokes one of the user's sessions, including the current one. Its access tokens are rejected at once.
///
/// # Errors
/// `NotFound` if the session has ended or belongs to another user, or any error of [`sessions`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_session")]
pub async fn end_session(id: String) -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().revoke_session(&bearer, &id, &request::origin()).await.exposed()
}

/// Revokes all of the user's sessions except the current one. Their access tokens are rejected at once.
///
/// # Errors
/// Any error of [`sessions`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().revoke_other_sessions(&bearer, &request::origin()).await.exposed()
}
