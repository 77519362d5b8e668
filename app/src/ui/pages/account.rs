//! `/account…`: profile, sessions and security events. Part of the chunk `person`.

mod password;
mod profile;
mod security;
mod sessions;
mod this_session;

use leptos::prelude::*;
use profile::Profile;
use security::Security;
use sessions::Sessions;

use crate::{
    chunk::chunk,
    ui::place::{Filled, Place},
};

chunk! {
    /// `/account`
    person: pub(super) fn profile(place: Place) -> Filled {
        place.fill(|| view! { <Profile/> })
    }

    /// `/account/sessions`
    person: pub(super) fn sessions(place: Place) -> Filled {
        place.fill(|| view! { <Sessions/> })
    }

    /// `/account/security`
    person: pub(super) fn security(place: Place) -> Filled {
        place.fill(|| view! { <Security/> })
    }
}
