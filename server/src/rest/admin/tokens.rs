//! `/api/admin/tokens/…`: refresh tokens by `jti`. Token texts are not stored.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::{id::SessionId, store::TokenQuery};
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

/// Filters of the token list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct TokenListQuery {
    /// Tokens of the user with this id.
    user: Option<i64>,
    /// Tokens of this session.
    #[param(pattern = "^([0-9a-f]{32})?$")]
    session: Option<String>,
    /// Whether the token was used or revoked.
    blacklisted: Option<bool>,
    /// Whether the token has expired.
    expired: Option<bool>,
}

/// List outstanding and blacklisted refresh tokens by `jti`.
///
/// The texts of tokens are not stored.
#[utoipa::path(
    get,
    path = "/api/admin/tokens/",
    tag = "administration",
    operation_id = "listTokens",
    params(TokenListQuery, PageQuery),
    responses(
        (status = 200, description = "One page.", body = Page<TokenRecord>),
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
) -> Result<Json<Page<TokenRecord>>, Rejection> {
    let filter = TokenQuery {
        user: query.number("user").map(hallpass_core::id::UserId),
        session: query.choice("session", SessionId::parse),
        is_blacklisted: query.flag("blacklisted"),
        is_expired: query.flag("expired"),
    };
    query.check()?;
    place.answer(auth.list_tokens(&by, filter, place.page()?).await.map_err(at_protected)?)
}

/// Blacklist a refresh token and revoke its session.
#[utoipa::path(
    post,
    path = "/api/admin/tokens/{jti}/blacklist/",
    tag = "administration",
    operation_id = "blacklistToken",
    params(("jti" = String, Path, description = "The `jti` of the token.")),
    responses(
        (status = 200, description = "The updated token.", body = TokenRecord),
        (status = 404, description = "The token does not exist, or `?format=` is not `json`.", body = Refusal),
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
