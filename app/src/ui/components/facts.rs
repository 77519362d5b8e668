//! What the server says of itself to every page. On the server it comes from the context; in the
//! browser it is read off the document that the server wrote, so that both renders agree.

use hallpass_types::PasswordPolicy;
use leptos::prelude::*;

/// What the operator set, as far as forms show it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerFacts {
    /// What is asked of a new password.
    pub(crate) password_policy: PasswordPolicy,
    /// Whether strangers may make themselves an account.
    pub(crate) is_registration_open: bool,
}

impl ServerFacts {
    #[cfg(feature = "ssr")]
    pub(crate) fn find() -> Self {
        use crate::ui::shell::RegistrationOpen;
        Self { password_policy: expect_context(), is_registration_open: expect_context::<RegistrationOpen>().0 }
    }

    #[cfg(not(feature = "ssr"))]
    pub(crate) fn find() -> Self {
        let fact = |name: &str| document().document_element().and_then(|root| root.get_attribute(name));
        let number = |name: &str| fact(name).and_then(|text| text.parse().ok());
        let default = PasswordPolicy::default();
        Self {
            password_policy: PasswordPolicy {
                min_length: number("data-password-min").unwrap_or(default.min_length),
                max_length: number("data-password-max").unwrap_or(default.max_length),
            },
            is_registration_open: fact("data-registration").is_none_or(|mode| mode == "open"),
        }
    }
}
