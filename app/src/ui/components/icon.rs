//! The icons, drawn in the colour of the text around them.

use leptos::prelude::*;

/// An icon of `public/icons.svg`. It says nothing that the text beside it does not.
#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    let href = format!("/icons.svg#{name}");
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=href></use>
        </svg>
    }
}
