//! `/admin…`: users, outstanding tokens, security events. One chunk.

use leptos::wasm_split::wasm_split;

use crate::ui::{
    chunk::{Filled, Place},
    standing,
};

/// `/admin/users`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn users(place: Place) -> Filled {
    place.fill(standing::find_out)
}

/// `/admin/users/{id}`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn user(place: Place) -> Filled {
    place.fill(standing::find_out)
}

/// `/admin/tokens`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn tokens(place: Place) -> Filled {
    place.fill(standing::find_out)
}

/// `/admin/events`
#[wasm_split(administration, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn events(place: Place) -> Filled {
    place.fill(standing::find_out)
}
