//! Administration of users, sessions, refresh tokens and security events, for staff. Each function authenticates its
//! caller and reads the user row, so that a user who is no longer staff is rejected at once.
//!
//! Every function can fail with `Forbidden`, and with the errors of [`account`](super::account).

#[cfg(feature = "ssr")]
mod query;

use hallpass_leptos::SessionClient;
use hallpass_types::{
    EventRecord, EventSearch, Listing, NewUserForm, PasswordForm, SessionInfo, TokenRecord, TokenSearch, UserChange,
    UserRecord, UserSearch,
};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::ApiError;

#[cfg(feature = "ssr")]
use super::{
    expose::Expose,
    listing::{self, listing},
    request::{administrator, auth, origin},
};
#[cfg(feature = "ssr")]
use hallpass_core::{admin::Activation, id::UserId};

/// Returns a page of users, searched, filtered and ordered. `Invalid` for a search of more than ten words.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/users")]
pub(crate) async fn list_users(query: UserSearch) -> Result<Listing<UserRecord>, ApiError> {
    let (by, users) = (administrator().await?, query::users(&query).exposed()?);
    auth().list_users(&by, users, listing::page(query.page)).await.and_then(listing).exposed()
}

/// Returns one user.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/user")]
pub(crate) async fn load_user(id: String) -> Result<UserRecord, ApiError> {
    let by = administrator().await?;
    auth().load_user(&by, UserId::named(&id).exposed()?).await.exposed()
}

/// Creates a user by the same rules as a registration. `Invalid` with every rejected field.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/create_user")]
pub(crate) async fn create_user(form: NewUserForm) -> Result<UserRecord, ApiError> {
    let by = administrator().await?;
    auth().create_user_by(&by, form, &origin()).await.exposed()
}

/// Changes a user. Deactivating revokes all of the user's sessions at once. `Invalid` with every rejected field.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/change_user")]
pub(crate) async fn change_user(id: String, change: UserChange) -> Result<UserRecord, ApiError> {
    let by = administrator().await?;
    auth().change_user(&by, UserId::named(&id).exposed()?, &change, &origin()).await.exposed()
}

/// Sets another user's password and revokes all of that user's sessions. `Invalid` for a rejected password.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/set_password")]
pub(crate) async fn set_password(id: String, form: PasswordForm) -> Result<(), ApiError> {
    let by = administrator().await?;
    auth().set_password_by(&by, UserId::named(&id).exposed()?, form, &origin()).await.exposed()
}

/// Activates or deactivates up to a hundred users. One rejected user rejects the whole call, with `Invalid` for the
/// caller's own account.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/set_active")]
pub(crate) async fn set_active(ids: Vec<String>, is_active: bool) -> Result<Vec<UserRecord>, ApiError> {
    let by = administrator().await?;
    auth().set_active_by(&by, &Activation { ids, is_active }, &origin()).await.exposed()
}

/// Returns up to a hundred active sessions of a user, most recently renewed first.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/sessions_of")]
pub(crate) async fn sessions_of(id: String) -> Result<Vec<SessionInfo>, ApiError> {
    let by = administrator().await?;
    let listed = auth().list_sessions_of(&by, UserId::named(&id).exposed()?, listing::FIRST_HUNDRED).await.exposed()?;
    Ok(listed.map(|listed| listed.items).unwrap_or_default())
}

/// Revokes one session of any user. Its access tokens are rejected at once.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_session")]
pub(crate) async fn end_session_of(sid: String) -> Result<(), ApiError> {
    let by = administrator().await?;
    auth().revoke_any_session_by(&by, &sid, &origin()).await.exposed()
}

/// Revokes all sessions of a user. Their access tokens are rejected at once.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/end_sessions")]
pub(crate) async fn end_sessions_of(id: String) -> Result<(), ApiError> {
    let by = administrator().await?;
    auth().reset_sessions(&by, UserId::named(&id).exposed()?, &origin()).await.exposed()
}

/// Returns a page of refresh tokens, newest first. The tokens themselves are not stored. `Invalid` for an unknown
/// filter.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/tokens")]
pub(crate) async fn list_tokens(query: TokenSearch) -> Result<Listing<TokenRecord>, ApiError> {
    let (by, tokens) = (administrator().await?, query::tokens(&query).exposed()?);
    auth().list_tokens(&by, tokens, listing::page(query.page)).await.and_then(listing).exposed()
}

/// Blacklists up to a hundred refresh tokens by `jti` and revokes their sessions. One rejected token rejects the whole
/// call.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/blacklist_tokens")]
pub(crate) async fn blacklist_tokens(jtis: Vec<String>) -> Result<Vec<TokenRecord>, ApiError> {
    let by = administrator().await?;
    auth().blacklist_all_by(&by, &jtis, &origin()).await.exposed()
}

/// Returns a page of the security events of all accounts, newest first. `Invalid` for an unknown filter.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/events")]
pub(crate) async fn list_events(query: EventSearch) -> Result<Listing<EventRecord>, ApiError> {
    let (by, events) = (administrator().await?, query::events(&query).exposed()?);
    auth().list_events(&by, events, listing::page(query.page)).await.and_then(listing).exposed()
}
