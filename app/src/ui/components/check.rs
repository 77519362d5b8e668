//! A checkbox with its label.

use leptos::prelude::*;

/// The checkbox.
#[component]
pub(crate) fn Check(
    label: &'static str,
    name: &'static str,
    /// The initial state.
    is_checked: bool,
) -> impl IntoView {
    view! {
        <div class="check">
            <input type="checkbox" id=name name=name checked=is_checked/>
            <label for=name>{label}</label>
        </div>
    }
}
