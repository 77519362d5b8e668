//! A box to be ticked, and its words beside it.

use leptos::prelude::*;

/// Yes or no.
#[component]
pub(crate) fn Check(label: &'static str, name: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="check">
            <input
                type="checkbox"
                id=name
                name=name
                prop:checked=value
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <label for=name>{label}</label>
        </div>
    }
}
