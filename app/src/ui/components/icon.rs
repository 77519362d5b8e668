//! Icons in the colour of the surrounding text.

use leptos::prelude::*;

/// An icon of `public/icons.svg`. Decorative: hidden from screen readers.
#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    let href = format!("/icons.svg#{name}");
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=href></use>
        </svg>
    }
}
