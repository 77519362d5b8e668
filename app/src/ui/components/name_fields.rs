//! Username and e-mail address, for creating and editing an account.

use leptos::prelude::*;

use super::{Field, FormState};
use crate::texts;

texts! {
    Text {
        username: "Username" | "사용자 이름",
        username_hint: "Letters, digits and @ . + - _" | "문자, 숫자와 @ . + - _",
        email: "Email" | "이메일",
        email_optional: "Email (optional)" | "이메일(선택)",
    }
}

/// The two fields. The browser offers autofill only for the user's `own` account.
#[component]
pub(crate) fn NameFields(
    state: FormState,
    /// The current username.
    #[prop(optional)]
    username: Option<String>,
    /// The current e-mail address.
    #[prop(optional)]
    email: Option<String>,
    /// Whether the account belongs to the user who types.
    #[prop(optional)]
    own: bool,
    /// Whether the e-mail address is marked as optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let text = Text::get();
    let complete = |word: &'static str| if own { word } else { "off" };
    view! {
        <Field
            state
            label=text.username
            name="username"
            autocomplete=complete("username")
            hint=text.username_hint
            value=username
        />
        <Field
            state
            label=if optional { text.email_optional } else { text.email }
            name="email"
            kind="email"
            autocomplete=complete("email")
            value=email
            optional=true
        />
    }
}
