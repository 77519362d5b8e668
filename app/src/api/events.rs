//! What happened to the account of the person who is signed in. The function authenticates by itself.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Listing, OwnEvent};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::SessionClient;
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{
    expose::Expose,
    listing::{self, listing},
    request,
};

/// A page of the bearer's own security events, the last one first.
///
/// # Errors
/// `NotFound` when there is no such page, `TokenNotValid`, `SessionEnded`, `UserInactive`, or what can
/// befall any call.
#[server(name = ListOwnEvents, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/events")]
pub async fn events(page: u32) -> Result<Listing<OwnEvent>, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().list_own_events(&bearer, listing::page(page)).await.and_then(listing).exposed()
}
