//! `/admin…`: users, outstanding tokens and security events. One chunk.

mod badges;
mod count;
mod events;
mod flag;
mod narrowed;
mod owner;
mod rows;
mod tokens;
mod user;
mod users;

use events::Events;
use leptos::prelude::*;
use tokens::Tokens;
use user::User;
use users::Users;

use crate::{
    chunk::chunk,
    ui::place::{Filled, Place},
};

chunk! {
    /// `/admin/users`
    administration: pub(super) fn users(place: Place) -> Filled {
        place.fill(|| view! { <Users/> })
    }

    /// `/admin/users/{id}`
    administration: pub(super) fn user(place: Place) -> Filled {
        place.fill(|| view! { <User/> })
    }

    /// `/admin/tokens`
    administration: pub(super) fn tokens(place: Place) -> Filled {
        place.fill(|| view! { <Tokens/> })
    }

    /// `/admin/events`
    administration: pub(super) fn events(place: Place) -> Filled {
        place.fill(|| view! { <Events/> })
    }
}
