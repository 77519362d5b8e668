//! Lost replies. The request may have succeeded. If so, a second attempt can be rejected because of the first.

use leptos::prelude::*;

use crate::api::{ApiError, Code};

/// Whether a reply to this form was lost.
#[derive(Clone, Copy)]
pub(super) struct LostReply(StoredValue<bool>);

impl LostReply {
    /// No reply was lost.
    pub(super) fn new() -> Self {
        Self(StoredValue::new(false))
    }

    /// Notes whether the reply was lost. After an earlier loss, adds `advice` to the error of `field`.
    pub(super) fn explain(self, mut error: ApiError, field: &str, advice: &str) -> ApiError {
        if is_outcome_unknown(error.code) {
            self.0.try_set_value(true);
        }
        let was_lost = self.0.try_get_value() == Some(true);
        if let Some(wrong) = error.fields.iter_mut().find(|wrong| was_lost && wrong.field == field) {
            wrong.message.push(' ');
            wrong.message.push_str(advice);
        }
        error
    }
}

/// Whether the server may have executed the request.
const fn is_outcome_unknown(code: Code) -> bool {
    matches!(code, Code::Network | Code::Unavailable | Code::Internal)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::LostReply;
    use crate::api::{ApiError, Code, FieldError};

    fn rejection() -> ApiError {
        let wrong = FieldError { field: "username".to_owned(), message: "It is taken.".to_owned() };
        ApiError { fields: vec![wrong], ..ApiError::new(Code::Invalid, "Wrong.") }
    }

    #[test]
    fn an_error_is_explained_only_after_a_lost_reply_and_only_in_its_field() {
        let _owner = Owner::new_root(None);
        let lost = LostReply::new();
        let explain = |error| lost.explain(error, "username", "It may be yours.");
        assert_eq!(explain(rejection()).field("username"), Some("It is taken."));
        assert_eq!(explain(ApiError::new(Code::Network, "Lost.")).message, "Lost.");
        assert_eq!(explain(rejection()).field("username"), Some("It is taken. It may be yours."));
        assert_eq!(lost.explain(rejection(), "password", "Other.").field("username"), Some("It is taken."));
    }
}
