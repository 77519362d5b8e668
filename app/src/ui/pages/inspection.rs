//! `/tokens` and `/diagnostics`: what the browser holds and what its engine did. One chunk; nothing of
//! it leaves the browser.

mod anatomy;
mod claim;
mod diagnostics;
mod paste;
mod token;
mod tokens;

use leptos::{prelude::*, wasm_split::wasm_split};

use crate::ui::{
    chunk::{Filled, Place},
    standing,
};
use diagnostics::Diagnostics;
use paste::Paste;
use tokens::Tokens;

/// `/tokens`
#[wasm_split(inspection, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn tokens(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! {
            <Tokens/>
            <Paste/>
        }
    })
}

/// `/diagnostics`
#[wasm_split(inspection, wasm_split_path = leptos::wasm_split, fallible)]
pub(super) fn diagnostics(place: Place) -> Filled {
    place.fill(|| {
        standing::find_out();
        view! { <Diagnostics/> }
    })
}
