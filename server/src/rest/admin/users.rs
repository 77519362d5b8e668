//! `/api/admin/users/…`.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::{
    id::UserId,
    search::SearchWords,
    store::{Direction, UserQuery},
};
use hallpass_types::{NewUserForm, Page, PasswordForm, UserChange, UserOrdering, UserRecord};
use http::StatusCode;

use crate::{
    extract::{ClientOrigin, Staff},
    rest::{
        fields::{Fields, Kind},
        list::{ListRequest, PageQuery},
        query::Query,
        reject::{Core, Rejection},
    },
};

/// List users: search, filter and sort.
#[utoipa::path(
    get,
    path = "/api/admin/users/",
    operation_id = "listUsers",
    params(
        ("search" = Option<String>, Query, description = "Words in the username or e-mail address; at most ten."),
        ("is_active" = Option<bool>, Query, description = "Whether the account is active."),
        ("is_staff" = Option<bool>, Query, description = "Whether the user has access to the administration."),
        ("ordering" = Option<String>, Query, description = "`id`, `username`, `email`, `date_joined` or `last_login`; a leading `-` reverses the order."),
        PageQuery,
    ),
    responses((status = 200, description = "One page.", body = Page<UserRecord>))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    mut list: ListRequest,
) -> Result<Json<Page<UserRecord>>, Rejection> {
    let query = &mut list.query;
    let (order, direction) = query.choice("ordering", ordering).unwrap_or((UserOrdering::Id, Direction::Ascending));
    let users = UserQuery {
        words: words(query),
        is_active: query.flag("is_active"),
        is_staff: query.flag("is_staff"),
        order,
        direction,
    };
    query.check()?;
    list.answer(auth.list_users(&by, users, list.page()?).await?)
}

/// Create a user.
///
/// Only superusers can create staff and superusers.
#[utoipa::path(
    post,
    path = "/api/admin/users/",
    operation_id = "createUser",
    request_body = NewUserForm,
    responses((status = 201, description = "The user.", body = UserRecord))
)]
pub(super) async fn create(
    State(auth): Core,
    Staff(by): Staff,
    ClientOrigin(origin): ClientOrigin,
    mut fields: Fields,
) -> Result<(StatusCode, Json<UserRecord>), Rejection> {
    let user = NewUserForm {
        username: fields.text("username", Kind::Text),
        email: fields.text("email", Kind::Optional),
        password: fields.text("password", Kind::Verbatim).into(),
        is_active: fields.flag("is_active"),
        is_staff: fields.flag("is_staff"),
        is_superuser: fields.flag("is_superuser"),
    };
    fields.check()?;
    Ok((StatusCode::CREATED, Json(auth.create_user_by(&by, user, &origin).await?)))
}

/// Get a user.
#[utoipa::path(
    get,
    path = "/api/admin/users/{id}/",
    operation_id = "showUser",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 200, description = "The user.", body = UserRecord))
)]
pub(super) async fn show(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
) -> Result<Json<UserRecord>, Rejection> {
    Ok(Json(auth.load_user(&by, UserId::named(&id)?).await?))
}

/// Update or deactivate a user. Absent fields keep their value.
///
/// Deactivation revokes all of the user's sessions.
#[utoipa::path(
    patch,
    path = "/api/admin/users/{id}/",
    operation_id = "changeUser",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = UserChange,
    responses((status = 200, description = "The updated user.", body = UserRecord))
)]
pub(super) async fn change(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    ClientOrigin(origin): ClientOrigin,
    mut fields: Fields,
) -> Result<Json<UserRecord>, Rejection> {
    let user = UserId::named(&id)?;
    let change = UserChange {
        username: fields.optional_text("username", Kind::Text),
        email: fields.optional_text("email", Kind::Optional),
        is_active: fields.flag("is_active"),
        is_staff: fields.flag("is_staff"),
        is_superuser: fields.flag("is_superuser"),
    };
    fields.check()?;
    Ok(Json(auth.change_user(&by, user, &change, &origin).await?))
}

/// Set a user's password and revoke all of the user's sessions.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/password/",
    operation_id = "setPassword",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = PasswordForm,
    responses((status = 204, description = "The password is set."))
)]
pub(super) async fn set_password(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    ClientOrigin(origin): ClientOrigin,
    mut fields: Fields,
) -> Result<StatusCode, Rejection> {
    let user = UserId::named(&id)?;
    let password = PasswordForm { password: fields.text("password", Kind::Verbatim).into() };
    fields.check()?;
    auth.set_password_by(&by, user, password, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Parses a field name with an optional leading `-`.
fn ordering(text: &str) -> Option<(UserOrdering, Direction)> {
    let (name, direction) = match text.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (text, Direction::Ascending),
    };
    Some((UserOrdering::parse(name)?, direction))
}

fn words(query: &mut Query) -> SearchWords {
    let words = SearchWords::parse(query.text("search").unwrap_or_default());
    words.map_err(|error| query.refuse("search", error.to_string())).unwrap_or_default()
}
