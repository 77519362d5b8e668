//! Security events of all accounts.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{EventRecord, EventSearch, Listing};
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
use hallpass_core::{Error, clock::Timestamp, event::EventQuery};

/// Returns a page of security events, newest first.
///
/// # Errors
/// `Invalid` with the unknown filter, `NotFound` past the last page, `Forbidden`, `TokenNotValid`, `SessionEnded`,
/// `UserInactive`, or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "admin/events")]
pub async fn list_events(query: EventSearch) -> Result<Listing<EventRecord>, ApiError> {
    let by = request::administrator().await?;
    let events = event_query(&query).exposed()?;
    request::auth().list_events(&by, events, listing::page(query.page)).await.and_then(listing).exposed()
}

#[cfg(feature = "ssr")]
fn event_query(search: &EventSearch) -> Result<EventQuery, Error> {
    Ok(EventQuery {
        user: listing::searched_user(search.user.as_deref())?,
        kind: search.kind,
        since: search.since.map(Timestamp::from_seconds),
        until: search.until.map(Timestamp::from_seconds),
    })
}
