//! `/api/admin/tokens/…`: refresh tokens by name. Their texts are nowhere kept.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::{admin::TokenFilter, id::SessionId};
use hallpass_types::{Page, TokenRecord};
use utoipa::IntoParams;

use super::{
    page::{PageQuery, Place},
    query::Query,
};
use crate::{
    extract::{ClientOrigin, Staff},
    rest::{
        refusal::{FieldErrors, Refusal},
        reject::{Core, Rejection, at_protected},
    },
};

/// Which refresh tokens.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct TokenListQuery {
    /// Those of the user with this id.
    user: Option<i64>,
    /// Those of this session.
    #[param(pattern = "^([0-9a-f]{32})?$")]
    session: Option<String>,
    /// Whether they were spent or taken back.
    blacklisted: Option<bool>,
    /// Whether they have expired.
    expired: Option<bool>,
}

/// Outstanding and blacklisted refresh tokens, by name.
///
/// Their texts are nowhere kept.
#[utoipa::path(
    get,
    path = "/api/admin/tokens/",
    tag = "administration",
    operation_id = "listTokens",
    params(TokenListQuery, PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = Page<TokenRecord>),
        (status = 400, description = "A filter is not understood; it is named.", body = FieldErrors),
        (status = 404, description = "There is no such page, or `?format=` asks for another format than `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    place: Place,
    mut query: Query,
) -> Result<Json<Page<TokenRecord>>, Rejection> {
    let filter = TokenFilter {
        user: query.number("user").map(hallpass_core::id::UserId),
        session: query.choice("session", SessionId::parse),
        is_blacklisted: query.flag("blacklisted"),
        is_expired: query.flag("expired"),
    };
    query.check()?;
    place.answer(auth.list_tokens(&by, filter, place.page()?).await.map_err(at_protected)?)
}

/// Take a refresh token back; its session is over with it.
#[utoipa::path(
    post,
    path = "/api/admin/tokens/{jti}/blacklist/",
    tag = "administration",
    operation_id = "blacklistToken",
    params(("jti" = String, Path, description = "The `jti` of the token.")),
    responses(
        (status = 200, description = "The token as it is now.", body = TokenRecord),
        (status = 404, description = "There is no such token, or `?format=` asks for another format than `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn blacklist(
    State(auth): Core,
    Staff(by): Staff,
    Path(jti): Path<String>,
    ClientOrigin(origin): ClientOrigin,
) -> Result<Json<TokenRecord>, Rejection> {
    auth.blacklist_by(&by, &jti, &origin).await.map(Json).map_err(at_protected)
}
