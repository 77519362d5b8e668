//! `/account…`: who you are, where you are signed in, and what happened. One chunk.

mod password;
mod profile;
mod security;
mod sessions;
mod this_session;

use leptos::{prelude::*, wasm_split::wasm_split};

use crate::ui::{
    chunk::{Filled, Place},
    standing,
};
use password::PasswordForm;
use profile::Profile;
use security::Security;
use sessions::Sessions;

/// `/account`
#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn profile(place: Place) -> Filled {
    place.fill(|| {
        view! {
            <Profile/>
            <PasswordForm/>
        }
    })
}

/// `/account/sessions`
#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn sessions(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Sessions/> }
    })
}

/// `/account/security`
#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn security(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Security/> }
    })
}
