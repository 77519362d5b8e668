//! The username of a password form, for password managers. Without it they store the password under a guess, such as
//! the signed-in user.

use leptos::prelude::*;

/// The username, in a hidden field.
#[component]
pub(crate) fn PasswordOwner(
    /// `None` until it is known.
    username: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <input
            class="visually-hidden"
            type="text"
            name="username"
            autocomplete="username"
            value=username
            readonly=true
            tabindex="-1"
            aria-hidden="true"
        />
    }
}
