//! Outstanding and blacklisted refresh tokens, by `jti`. The tokens themselves are not stored.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Listing, TokenRecord, TokenSearch};
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
use hallpass_core::{Error, id::SessionId, store::TokenQuery, violation::Violation};

/// Returns a page of refresh tokens, newest first.
///
/// # Errors
/// `Invalid` with the unknown filter, `NotFound` past the last page, `Forbidden`, `TokenNotValid`, `SessionEnded`,
/// `UserInactive`, or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/tokens")]
pub async fn list_tokens(query: TokenSearch) -> Result<Listing<TokenRecord>, ApiError> {
    let by = request::administrator().await?;
    let tokens = token_filter(&query).exposed()?;
    request::auth().list_tokens(&by, tokens, listing::page(query.page)).await.and_then(listing).exposed()
}

/// Blacklists up to a hundred refresh tokens and revokes their sessions. One rejected token rejects the whole call.
///
/// # Errors
/// `Invalid` for more than a hundred, `NotFound`, or any authentication error of [`list_tokens`].
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/blacklist_tokens")]
pub async fn blacklist_tokens(jtis: Vec<String>) -> Result<Vec<TokenRecord>, ApiError> {
    let by = request::administrator().await?;
    request::auth().blacklist_all_by(&by, &jtis, &request::origin()).await.exposed()
}

#[cfg(feature = "ssr")]
fn token_filter(search: &TokenSearch) -> Result<TokenQuery, Error> {
    let session = search.session.as_deref().map(|id| SessionId::parse(id).ok_or(id)).transpose();
    Ok(TokenQuery {
        user: listing::searched_user(search.user.as_deref())?,
        session: session.map_err(|_| Error::field("session", Violation::SessionId))?,
        is_blacklisted: search.is_blacklisted,
        is_expired: search.is_expired,
    })
}
