//! The signed-in user's security events. The function authenticates its caller.

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

/// Returns a page of the user's security events, newest first.
///
/// # Errors
/// `NotFound` past the last page, `TokenNotValid`, `SessionEnded`, `UserInactive`, or a transport error.
#[server(name = ListOwnEvents, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/events")]
pub async fn events(page: u32) -> Result<Listing<OwnEvent>, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().list_own_events(&bearer, listing::page(page)).await.and_then(listing).exposed()
}
