//! The bodies of error responses.

use std::collections::BTreeMap;

use hallpass_core::error::TypeRejection;
use serde::Serialize;
use utoipa::ToSchema;

use super::reject::Rejection;

/// The reason a request was rejected.
#[derive(Serialize, ToSchema)]
pub(super) struct Refusal {
    /// A message in one sentence.
    detail: String,
    /// An error code, where clients distinguish cases: `token_not_valid`, `bad_authorization_header`, `user_not_found`,
    /// `user_inactive`, `password_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    code: Option<&'static str>,
    /// The errors of an access token, for each accepted token type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    messages: Vec<TokenMessage>,
}

/// The reason a token is not of a type.
#[derive(Serialize, ToSchema)]
struct TokenMessage {
    /// Simple JWT's class of the type: `AccessToken`.
    token_class: &'static str,
    /// The value of the type claim: `access`.
    token_type: &'static str,
    /// The error in one sentence.
    message: String,
}

/// The errors of each field. Errors that concern several fields are under `non_field_errors`.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct FieldErrors(pub(super) BTreeMap<String, Vec<String>>);

impl Refusal {
    /// An error with only a message.
    pub(super) fn new(detail: &str) -> Self {
        Self { detail: detail.to_owned(), code: None, messages: Vec::new() }
    }

    /// An error with a code.
    pub(super) fn coded(detail: &str, code: &'static str) -> Self {
        Self { code: Some(code), ..Self::new(detail) }
    }

    /// The errors of a token for each accepted type.
    pub(super) fn of_token(detail: &str, kinds: &[TypeRejection]) -> Self {
        let message = |TypeRejection { token_type, error }: &TypeRejection| TokenMessage {
            token_class: token_type.class(),
            token_type: token_type.name(),
            message: error.to_string(),
        };
        Self { messages: kinds.iter().map(message).collect(), ..Self::coded(detail, "token_not_valid") }
    }
}

impl FieldErrors {
    /// Adds an error of a field.
    pub(super) fn add(&mut self, name: &str, message: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![message.into()]);
    }

    /// Returns the errors, if there are any.
    pub(super) fn check(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::Fields(self)) }
    }

    /// An error that concerns several fields.
    pub(super) fn of_all(sentence: &str) -> Self {
        Self([("non_field_errors".to_owned(), vec![sentence.to_owned()])].into())
    }
}
