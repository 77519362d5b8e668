//! The signed-in user's own account, sessions and security events. Each function authenticates its caller.
//!
//! Every function can fail with `TokenNotValid`, `SessionEnded`, `UserInactive` or a transport error; with `NotFound` if
//! it names something that does not exist, as a page after the last one.

use hallpass_leptos::SessionClient;
use hallpass_types::{Listing, Me, OwnEvent, PasswordChange, ProfileForm, SessionInfo};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::ApiError;

#[cfg(feature = "ssr")]
use super::{
    expose::Expose,
    listing::{self, listing},
    request::{auth, bearer, origin},
};

/// Returns the signed-in user.
#[server(name = LoadMe, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/me")]
pub(crate) async fn me() -> Result<Me, ApiError> {
    let bearer = bearer().await?;
    auth().load_me(&bearer).await.exposed()
}

/// Changes the password and revokes all other sessions of the account. `Invalid` with the rejected fields.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_password")]
pub(crate) async fn change_password(form: PasswordChange) -> Result<(), ApiError> {
    let bearer = bearer().await?;
    auth().change_password(&bearer, &form, &origin()).await.exposed()
}

/// Changes the profile fields that need no password: the e-mail address. `Invalid` with the rejected field.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_profile")]
pub(crate) async fn change_profile(form: ProfileForm) -> Result<Me, ApiError> {
    let bearer = bearer().await?;
    auth().change_profile(&bearer, &form, &origin()).await.exposed()
}

/// Returns a page of the user's active sessions, most recently renewed first; the first page by default.
#[server(name = ListSessions, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/sessions")]
pub(crate) async fn sessions(page: Option<u32>) -> Result<Listing<SessionInfo>, ApiError> {
    let bearer = bearer().await?;
    auth().list_sessions(&bearer, listing::page(page.unwrap_or(1))).await.and_then(listing).exposed()
}

/// Revokes one of the user's sessions, including the current one. Its access tokens are rejected at once.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_session")]
pub(crate) async fn end_session(id: String) -> Result<(), ApiError> {
    let bearer = bearer().await?;
    auth().revoke_session(&bearer, &id, &origin()).await.exposed()
}

/// Revokes all of the user's sessions except the current one. Their access tokens are rejected at once.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/end_other_sessions")]
pub(crate) async fn end_other_sessions() -> Result<(), ApiError> {
    let bearer = bearer().await?;
    auth().revoke_other_sessions(&bearer, &origin()).await.exposed()
}

/// Returns a page of the user's security events, newest first.
#[server(name = ListOwnEvents, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/events")]
pub(crate) async fn events(page: u32) -> Result<Listing<OwnEvent>, ApiError> {
    let bearer = bearer().await?;
    auth().list_own_events(&bearer, listing::page(page)).await.and_then(listing).exposed()
}
