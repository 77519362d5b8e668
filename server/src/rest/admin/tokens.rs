//! `/api/admin/tokens/…`: refresh tokens by `jti`. Token texts are not stored.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::{
    id::{SessionId, UserId},
    store::TokenQuery,
};
use hallpass_types::{Page, TokenRecord};

use crate::{
    extract::{ClientOrigin, Staff},
    rest::{
        list::{ListRequest, PageQuery},
        refusal::Refusal,
        reject::{Core, Rejection},
    },
};

/// List outstanding and blacklisted refresh tokens by `jti`.
///
/// The texts of tokens are not stored.
#[utoipa::path(
    get,
    path = "/api/admin/tokens/",
    operation_id = "listTokens",
    params(
        ("user" = Option<i64>, Query, description = "Tokens of the user with this id."),
        ("session" = Option<String>, Query, description = "Tokens of this session.", pattern = "^([0-9a-f]{32})?$"),
        ("blacklisted" = Option<bool>, Query, description = "Whether the token was used or revoked."),
        ("expired" = Option<bool>, Query, description = "Whether the token has expired."),
        PageQuery,
    ),
    responses((status = 200, description = "One page.", body = Page<TokenRecord>))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    mut list: ListRequest,
) -> Result<Json<Page<TokenRecord>>, Rejection> {
    let filter = TokenQuery {
        user: list.query.number("user").map(UserId),
        session: list.query.choice("session", SessionId::parse),
        is_blacklisted: list.query.flag("blacklisted"),
        is_expired: list.query.flag("expired"),
    };
    list.query.check()?;
    list.answer(auth.list_tokens(&by, filter, list.page()?).await?)
}

/// Blacklist a refresh token and revoke its session.
#[utoipa::path(
    post,
    path = "/api/admin/tokens/{jti}/blacklist/",
    operation_id = "blacklistToken",
    params(("jti" = String, Path, description = "The `jti` of the token.")),
    responses(
        (status = 200, description = "The updated token.", body = TokenRecord),
        (status = 404, description = "The token does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
)]
pub(super) async fn blacklist(
    State(auth): Core,
    Staff(by): Staff,
    Path(jti): Path<String>,
    ClientOrigin(origin): ClientOrigin,
) -> Result<Json<TokenRecord>, Rejection> {
    Ok(Json(auth.blacklist_by(&by, &jti, &origin).await?))
}
