//! `/tokens` and `/diagnostics`: what the browser holds and what its engine did. One chunk; nothing of
//! it leaves the browser.

mod anatomy;
mod claim;
mod diagnostics;
mod paste;
mod token;
mod tokens;

use leptos::prelude::*;

use crate::{
    chunk::chunk,
    ui::{
        place::{Filled, Place},
        standing,
    },
};
use diagnostics::Diagnostics;
use paste::Paste;
use tokens::Tokens;

chunk! {
    /// `/tokens`
    inspection: pub(super) fn tokens(place: Place) -> Filled {
        place.fill(|| {
            standing::find_out();
            view! {
                <Tokens/>
                <Paste/>
            }
        })
    }

    /// `/diagnostics`
    inspection: pub(super) fn diagnostics(place: Place) -> Filled {
        place.fill(|| {
            standing::find_out();
            view! { <Diagnostics/> }
        })
    }
}
