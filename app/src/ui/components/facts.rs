//! Server settings that pages need. The server takes them from the context, the browser from the document, so that
//! both renders agree.

use hallpass_types::PasswordPolicy;
use leptos::prelude::*;

/// The settings that forms show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerFacts {
    /// The rules for new passwords.
    pub(crate) password_policy: PasswordPolicy,
    /// Whether registration is open.
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
