//! `/tokens` and `/diagnostics`: what the browser holds and what its engine did. In the chunk of a
//! person's own pages; nothing of it leaves the browser.

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
