//! `/tokens` and `/diagnostics`: the stored tokens and the engine's log. Part of the chunk `person`. Nothing leaves
//! the browser.

mod anatomy;
mod claim;
mod diagnostics;
mod find_token;
mod paste;
mod token;
mod tokens;

use diagnostics::Diagnostics;
use leptos::prelude::*;
use paste::Paste;
use tokens::Tokens;

use crate::{
    chunk::chunk,
    ui::place::{Filled, Place},
};

chunk! {
    /// `/tokens`
    person: pub(super) fn tokens(place: Place) -> Filled {
        place.fill(|| {
            view! {
                <Tokens/>
                <Paste/>
            }
        })
    }

    /// `/diagnostics`
    person: pub(super) fn diagnostics(place: Place) -> Filled {
        place.fill(|| view! { <Diagnostics/> })
    }
}
