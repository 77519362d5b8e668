//! A choice of one among few, by a word for the program and one for the person.

use leptos::prelude::*;

/// The choice. `chosen` is the program's word that is shown; the one that is taken goes to `on_choose`.
#[component]
pub(crate) fn Select(
    label: &'static str,
    /// The program's word and the person's, in order.
    options: Vec<(&'static str, &'static str)>,
    chosen: Signal<String>,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |(value, words): (&'static str, &'static str)| {
        // Told to the options: a select that is told before it has them takes none.
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
