//! Whose password a form is about, for password managers: without it they store the password under a guess, such as the
//! name of whoever is signed in.

use leptos::prelude::*;

/// The username, in a field that nobody sees or reaches.
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
