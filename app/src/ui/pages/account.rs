//! `/account…`: who you are, where you are signed in, and what happened. In the chunk of
//! a person's own pages.

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
