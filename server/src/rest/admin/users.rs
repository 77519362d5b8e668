//! `/api/admin/users/…`.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::{
    search::SearchWords,
    store::{Direction, UserQuery},
};
use hallpass_types::{NewUserForm, Page, PasswordForm, UserChange, UserOrdering, UserRecord};
use http::StatusCode;
use utoipa::IntoParams;

use super::{
    form::Form,
    page::{PageQuery, Place},
    query::Query,
    user::user_id,
};
use crate::{
    extract::{ClientOrigin, Staff},
    rest::{
        body::{Fields, Kind},
        refusal::{FieldErrors, Refusal},
        reject::{Core, Rejection, at_protected},
    },
};

/// Filters and order of the user list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct UserListQuery {
    /// Words in the username or e-mail address; at most ten.
    search: Option<String>,
    /// Whether the account is active.
    is_active: Option<bool>,
    /// Whether the user has access to the administration.
    is_staff: Option<bool>,
    /// `id`, `username`, `email`, `date_joined` or `last_login`; a leading `-` reverses the order.
    ordering: Option<String>,
}

/// List users: search, filter and sort.
#[utoipa::path(
    get,
    path = "/api/admin/users/",
    tag = "administration",
    operation_id = "listUsers",
    params(UserListQuery, PageQuery),
    responses(
        (status = 200, description = "One page.", body = Page<UserRecord>),
        (status = 400, description = "A filter is invalid; the response names it.", body = FieldErrors),
        (status = 404, description = "The page does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    place: Place,
    mut query: Query,
) -> Result<Json<Page<UserRecord>>, Rejection> {
    let (order, direction) = query.choice("ordering", ordering).unwrap_or((UserOrdering::Id, Direction::Ascending));
    let users = UserQuery {
        words: words(&mut query),
        is_active: query.flag("is_active"),
        is_staff: query.flag("is_staff"),
        order,
        direction,
    };
    query.check()?;
    place.answer(auth.list_users(&by, users, place.page()?).await.map_err(at_protected)?)
}

/// Create a user.
///
/// Only superusers can create staff and superusers.
#[utoipa::path(
    post,
    path = "/api/admin/users/",
    tag = "administration",
    operation_id = "createUser",
    request_body = NewUserForm,
    responses(
        (status = 201, description = "The user.", body = UserRecord),
    ),
    security(("access_token" = []))
)]
pub(super) async fn create(
    State(auth): Core,
    Staff(by): Staff,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<(StatusCode, Json<UserRecord>), Rejection> {
    let mut form = Form::of(&fields);
    let user = NewUserForm {
        username: form.text("username", Kind::Text),
        email: form.text("email", Kind::Optional),
        password: form.text("password", Kind::Verbatim).into(),
        is_active: form.flag("is_active"),
        is_staff: form.flag("is_staff"),
        is_superuser: form.flag("is_superuser"),
    };
    form.check()?;
    let user = auth.create_user_by(&by, user, &origin).await.map_err(at_protected)?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Get a user.
#[utoipa::path(
    get,
    path = "/api/admin/users/{id}/",
    tag = "administration",
    operation_id = "showUser",
    params(("id" = String, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "The user.", body = UserRecord),
        (status = 404, description = "The user does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn show(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
) -> Result<Json<UserRecord>, Rejection> {
    auth.load_user(&by, user_id(&id)?).await.map(Json).map_err(at_protected)
}

/// Update or deactivate a user. Absent fields keep their value.
///
/// Deactivation revokes all of the user's sessions.
#[utoipa::path(
    patch,
    path = "/api/admin/users/{id}/",
    tag = "administration",
    operation_id = "changeUser",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = UserChange,
    responses(
        (status = 200, description = "The updated user.", body = UserRecord),
        (status = 404, description = "The user does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn change(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<UserRecord>, Rejection> {
    let user = user_id(&id)?;
    let mut form = Form::of(&fields);
    let change = UserChange {
        username: form.optional_text("username", Kind::Text),
        email: form.optional_text("email", Kind::Optional),
        is_active: form.flag("is_active"),
        is_staff: form.flag("is_staff"),
        is_superuser: form.flag("is_superuser"),
    };
    form.check()?;
    auth.change_user(&by, user, &change, &origin).await.map(Json).map_err(at_protected)
}

/// Set a user's password and revoke all of the user's sessions.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/password/",
    tag = "administration",
    operation_id = "setPassword",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = PasswordForm,
    responses(
        (status = 204, description = "The password is set."),
        (status = 404, description = "The user does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn set_password(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<StatusCode, Rejection> {
    let user = user_id(&id)?;
    let mut form = Form::of(&fields);
    let password = PasswordForm { password: form.text("password", Kind::Verbatim).into() };
    form.check()?;
    auth.set_password_by(&by, user, password, &origin).await.map_err(at_protected)?;
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
