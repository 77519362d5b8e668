//! `/account`: who you are, your session, and what you can change.

mod details;
mod password;

use leptos::prelude::*;

use leptos::wasm_split::wasm_split;

use crate::{
    session::sign_out,
    ui::{
        chunk::{Filled, Place},
        components::Protected,
    },
};
use details::Details;
use password::PasswordForm;

/// The account page, for who is signed in.
#[component]
pub(crate) fn Account() -> impl IntoView {
    view! {
        <h1>"Your account"</h1>
        <Protected page=|place| Box::pin(account(place))/>
    }
}

#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
fn account(place: Place) -> Filled {
    place.fill(contents)
}

fn contents() -> impl IntoView {
    view! {
            <Details/>
            <PasswordForm/>
            <section class="card" aria-labelledby="leave">
                <h2 id="leave">"Leave"</h2>
                <p>"Signing out ends this session at once, in every tab of this browser."</p>
                <button type="button" on:click=move |_| sign_out()>"Sign out"</button>
            </section>
    }
}
