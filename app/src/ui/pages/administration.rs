//! `/admin…`: users, outstanding tokens, security events. One chunk.

mod address;
mod badges;
mod count;
mod deed;
mod empty;
mod events;
mod found;
mod narrowed;
mod query;
mod tokens;
mod user;
mod users;

use leptos::{prelude::*, wasm_split::wasm_split};

use crate::ui::{
    chunk::{Filled, Place},
    standing,
};
use events::Events;
use tokens::Tokens;
use user::User;
use users::Users;

/// `/admin/users`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn users(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Users/> }
    })
}

/// `/admin/users/{id}`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn user(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <User/> }
    })
}

/// `/admin/tokens`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn tokens(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Tokens/> }
    })
}

/// `/admin/events`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn events(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Events/> }
    })
}
