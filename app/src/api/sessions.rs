//! Where the person is signed in: the own sessions, seen and ended. Each function authenticates by
//! itself.

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

/// A page of the bearer's living sessions, the one last renewed first; the first page when none is named.
///
/// # Errors
/// `NotFound` when there is no such page, `TokenNotValid`, `SessionEnded`, `UserInactive`, or what can befall any call.
#[server(name = ListSessions, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/sessions")]
pub async fn sessions(page: Option<u32>) -> Result<Listing<SessionInfo>, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().list_sessions(&bearer, listing::page(page.unwrap_or(1))).await.and_then(listing).exposed()
}

/// Ends one of the bearer's sessions, which may be the one that asks, with its access tokens at once.
///
/// # Errors
/// `NotFound` when it is over already or none of the bearer's, or what [`sessions`] can answer.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_session")]
pub async fn end_session(id: String) -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().revoke_session(&bearer, &id, &request::origin()).await.exposed()
}

/// Ends all of the bearer's sessions but the one that asks, with their access tokens at once.
///
/// # Errors
/// What [`sessions`] can answer.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().revoke_other_sessions(&bearer, &request::origin()).await.exposed()
}
