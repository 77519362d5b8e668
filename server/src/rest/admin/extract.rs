//! Who may enter the administration, and whom a URL names.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};
use hallpass_core::{Auth, admin::Administrator, id::UserId};

use super::super::extract::Authenticated;
use crate::rest::reject::{Rejection, at_protected};

/// The bearer, who is staff: a 401 comes before a 403, and a 403 before everything else.
pub(in crate::rest) struct Staff(pub(super) Administrator);

impl FromRequestParts<Arc<Auth>> for Staff {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, auth: &Arc<Auth>) -> Result<Self, Rejection> {
        let Authenticated(bearer) = Authenticated::from_request_parts(parts, auth).await?;
        auth.authorize_staff(&bearer).await.map(Self).map_err(at_protected)
    }
}

/// The user whom a path names.
pub(super) fn user_id(text: &str) -> Result<UserId, Rejection> {
    UserId::named(text).map_err(at_protected)
}
