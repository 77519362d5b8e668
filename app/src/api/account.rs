//! What the person who is signed in can see and change of the own account. Each function
//! authenticates by itself, and the claims that this returns are what the next line needs.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Me, PasswordChange, ProfileForm};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::SessionClient;
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{expose::Expose, request};

/// Who the bearer is.
///
/// # Errors
/// `TokenNotValid`, `SessionEnded`, `UserInactive`, or what can befall any call.
#[server(name = LoadMe, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/me")]
pub async fn me() -> Result<Me, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().load_me(&bearer).await.exposed()
}

/// Changes the password and ends all other sessions of the account.
///
/// # Errors
/// `Invalid` with the fields to mend, what `me` can answer, or what can befall any call.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_password")]
pub async fn change_password(form: PasswordChange) -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().change_password(&bearer, &form, &request::origin()).await.exposed()
}

/// Changes what people change of their own account without the password: the address.
///
/// # Errors
/// `Invalid` with the field to mend, what `me` can answer, or what can befall any call.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_profile")]
pub async fn change_profile(form: ProfileForm) -> Result<Me, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().change_profile(&bearer, &form, &request::origin()).await.exposed()
}
