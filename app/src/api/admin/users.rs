//! Users: found, made, and changed by an administrator.

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

/// A page of users, searched, filtered and ordered.
///
/// # Errors
/// `Invalid` when the search has more than ten words, `NotFound` when there is no such page,
/// `Forbidden`, `TokenNotValid`, `SessionEnded`, `UserInactive`, or what can befall any call.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/users")]
pub async fn list_users(query: UserSearch) -> Result<Listing<UserRecord>, ApiError> {
    let by = request::administrator().await?;
    let users = user_query(&query).exposed()?;
    request::auth().list_users(&by, users, listing::page(query.page)).await.and_then(listing).exposed()
}

/// One user.
///
/// # Errors
/// `NotFound`, or what [`list_users`] can answer to anybody.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/user")]
pub async fn load_user(id: String) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    request::auth().load_user(&by, UserId::named(&id).exposed()?).await.exposed()
}

/// Makes a user by the same rules as a registration.
///
/// # Errors
/// `Invalid` with every field to mend, or what [`list_users`] can answer to anybody.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/create_user")]
pub async fn create_user(form: NewUserForm) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    request::auth().create_user_by(&by, form, &request::origin()).await.exposed()
}

/// Changes a user. Deactivating ends all of the user's sessions at once.
///
/// # Errors
/// `Invalid` with every field to mend, `NotFound`, or what [`list_users`] can answer to anybody.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/change_user")]
pub async fn change_user(id: String, change: UserChange) -> Result<UserRecord, ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    request::auth().change_user(&by, user, &change, &request::origin()).await.exposed()
}

/// Sets another user's password, which ends all of that user's sessions.
///
/// # Errors
/// `Invalid` with the field to mend, `NotFound`, or what [`list_users`] can answer to anybody.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/set_password")]
pub async fn set_password(id: String, form: PasswordForm) -> Result<(), ApiError> {
    let by = request::administrator().await?;
    let user = UserId::named(&id).exposed()?;
    request::auth().set_password_by(&by, user, form, &request::origin()).await.exposed()
}

/// Makes up to a hundred users active or inactive, all of them or, when one of them is refused, none.
///
/// # Errors
/// `Invalid` when there are more or one of them is the own account, `NotFound`, or what [`list_users`]
/// can answer to anybody.
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
