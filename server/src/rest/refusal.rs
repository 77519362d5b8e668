//! The bodies of refusals, as they are answered and documented.

use std::collections::BTreeMap;

use hallpass_core::error::TypeRejection;
use serde::Serialize;
use utoipa::ToSchema;

use super::reject::Rejection;

/// Why a request was refused.
#[derive(Serialize, ToSchema)]
pub(super) struct Refusal {
    /// One sentence for a person.
    detail: String,
    /// One word for a program, where programs tell cases apart: `token_not_valid`,
    /// `bad_authorization_header`, `user_not_found`, `user_inactive`, `password_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    code: Option<&'static str>,
    /// What is wrong with an access token, for each kind of token that is taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    messages: Vec<TokenMessage>,
}

/// Why a token is none of a kind.
#[derive(Serialize, ToSchema)]
struct TokenMessage {
    /// The kind, as Simple JWT names its class: `AccessToken`.
    token_class: &'static str,
    /// The kind, as the token names it: `access`.
    token_type: &'static str,
    /// What is wrong, in one sentence.
    message: String,
}

/// The names of fields and what is wrong with each; what is wrong with all of them together is under
/// `non_field_errors`.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct FieldErrors(pub(super) BTreeMap<String, Vec<String>>);

impl Refusal {
    /// One that is all said in its sentence.
    pub(super) fn new(detail: &str) -> Self {
        Self { detail: detail.to_owned(), code: None, messages: Vec::new() }
    }

    /// One that programs act upon.
    pub(super) fn coded(detail: &str, code: &'static str) -> Self {
        Self { code: Some(code), ..Self::new(detail) }
    }

    /// A token that is not good as any of the kinds that are taken, and why for each.
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
    /// Notes what is wrong with a field.
    pub(super) fn add(&mut self, name: &str, message: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![message.into()]);
    }

    /// Nothing may be wrong.
    pub(super) fn check(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection::Fields(self)) }
    }

    /// What is wrong with the fields together.
    pub(super) fn of_all(sentence: &str) -> Self {
        Self([("non_field_errors".to_owned(), vec![sentence.to_owned()])].into())
    }
}
