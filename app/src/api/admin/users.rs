//! Users: listed, created and changed by an administrator.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Listing, NewUserForm, PasswordForm, UserChange, UserRecord, UserSearch};
use leptos::prelude::*;
use server_fn::codec::Json;

use crate::api::{ApiError, client::SessionClient};

#[cfg(feature = "ssr")]
use crate::api::{
    expose::Expose,
    listing::{self, listing},
    request,
};
#[cfg(feature = "ssr")]
use hallpass_core::{
    Error,
    admin::Activation,
    id::UserId,
    search::SearchWords,
    store::{Direction, UserQuery},
};

/// Returns a page of users, searched, filtered and ordered.
///
/// # Errors
/// `Invalid` for a search of more than ten words, `NotFound` past the last page, `Forbidden`, `TokenNotValid`,
/// `SessionEnded`, `UserInactive`, or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/users")]
pub async fn list_users(query: UserSearch) -> Result<Listing<UserRecord>, ApiError> {
    let by = request::administrator().await?;
    let users = user_query(&query).exposed()?;
    request::auth().list_users(&by, users, listing::page(query.page)).await.and_then(listing).exposed()
}

/// Returns one user.
///
/// # Errors
/// `NotFound`, or any authentication error of [`list_users`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/user")]
pub async fn load_user(id: String) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    request::auth().load_user(&by, UserId::named(&id).exposed()?).await.exposed()
}

/// Creates a user by the same rules as a registration.
///
/// # Errors
/// `Invalid` with every rejected field, or any authentication error of [`list_users`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/create_user")]
pub async fn create_user(form: NewUserForm) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    request::auth().create_user_by(&by, form, &request::origin()).await.exposed()
}

/// Changes a user. Deactivating revokes all of the user's sessions at once.
///
/// # Errors
/// `Invalid` with every rejected field, `NotFound`, or any authentication error of [`list_users`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/change_user")]
pub async fn change_user(id: String, change: UserChange) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    request::auth().change_user(&by, user, &change, &request::origin()).await.exposed()
}

/// Sets another user's password and revokes all of that user's sessions.
///
/// # Errors
/// `Invalid` with the rejected field, `NotFound`, or any authentication error of [`list_users`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/set_password")]
pub async fn set_password(id: String, form: PasswordForm) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    request::auth().set_password_by(&by, user, form, &request::origin()).await.exposed()
}

/// Activates or deactivates up to a hundred users. One rejected user rejects the whole call.
///
/// # Errors
/// `Invalid` for more than a hundred or for the caller's own account, `NotFound`, or any authentication error of
/// [`list_users`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/set_active")]
pub async fn set_active(ids: Vec<String>, is_active: bool) -> Result<Vec<UserRecord>, ApiError> {
    let by = request::administrator().await?;
    request::auth().set_active_by(&by, &Activation { ids, is_active }, &request::origin()).await.exposed()
}

#[cfg(feature = "ssr")]
fn user_query(search: &UserSearch) -> Result<UserQuery, Error> {
    Ok(UserQuery {
        words: SearchWords::parse(&search.search).map_err(|error| Error::field("search", error))?,
        is_active: search.is_active,
        is_staff: search.is_staff,
        order: search.order,
        direction: if search.descending { Direction::Descending } else { Direction::Ascending },
    })
}
