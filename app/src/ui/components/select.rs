//! A labelled `<select>`.

use leptos::prelude::*;

/// The select. `chosen` is the selected value; `on_choose` receives the new one.
#[component]
pub(crate) fn Select(
    label: &'static str,
    /// Values and labels, in order.
    options: Vec<(&'static str, &'static str)>,
    chosen: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |(value, words): (&'static str, &'static str)| {
        // Select by option: a select ignores a value set before its options exist.
        view! {
            <option value=value prop:selected=move || chosen.with(|chosen| chosen == value)>
                {words}
            </option>
        }
    };
    view! {
        <select aria-label=label on:change=move |event| on_choose(event_target_value(&event))>
            {options.into_iter().map(option).collect_view()}
        </select>
    }
}
