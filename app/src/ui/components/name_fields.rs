//! Name and address of an account, as they are typed for a new one and changed in an old one.

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

/// The two fields. Browsers offer what they know of the person at the keyboard only where the account is their `own`.
#[component]
pub(crate) fn NameFields(
    state: FormState,
    /// The name that the account has.
    #[prop(optional)]
    username: Option<String>,
    /// The address that the account has.
    #[prop(optional)]
    email: Option<String>,
    /// Whether the account is that of who types.
    #[prop(optional)]
    own: bool,
    /// Whether it is said that the address may be left out.
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
