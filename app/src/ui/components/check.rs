//! A box to be ticked, and its words beside it.

use leptos::prelude::*;

/// Yes or no.
#[component]
pub(crate) fn Check(
    label: &'static str,
    name: &'static str,
    /// Whether it is ticked at first.
    is_checked: bool,
) -> impl IntoView {
    view! {
        <div class="check">
            <input type="checkbox" id=name name=name checked=is_checked/>
            <label for=name>{label}</label>
        </div>
    }
}
