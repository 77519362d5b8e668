//! The signed-in user's own account. Each function authenticates its caller.

#![expect(missing_docs, reason = "the macro writes a struct of each function's arguments, without words")]

use hallpass_types::{Me, PasswordChange, ProfileForm};
use leptos::prelude::*;
use server_fn::codec::Json;

use super::client::SessionClient;
use crate::api::ApiError;

#[cfg(feature = "ssr")]
use super::{expose::Expose, request};

/// Returns the signed-in user.
///
/// # Errors
/// `TokenNotValid`, `SessionEnded`, `UserInactive`, or a transport error.
#[server(name = LoadMe, client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/me")]
pub async fn me() -> Result<Me, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().load_me(&bearer).await.exposed()
}

/// Changes the password and revokes all other sessions of the account.
///
/// # Errors
/// `Invalid` with the rejected fields, every error of [`me`], or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_password")]
pub async fn change_password(form: PasswordChange) -> Result<(), ApiError> {
    let bearer = request::bearer().await?;
    request::auth().change_password(&bearer, &form, &request::origin()).await.exposed()
}

/// Changes the profile fields that need no password: the e-mail address.
///
/// # Errors
/// `Invalid` with the rejected field, every error of [`me`], or a transport error.
#[server(client = SessionClient, input = Json, prefix = "/rpc", endpoint = "account/change_profile")]
pub async fn change_profile(form: ProfileForm) -> Result<Me, ApiError> {
    let bearer = request::bearer().await?;
    request::auth().change_profile(&bearer, &form, &request::origin()).await.exposed()
}
