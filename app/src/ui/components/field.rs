//! A labelled input whose hint and error are tied to it.

use leptos::prelude::*;

use super::Hydrated;

/// One line of text.
#[component]
pub(crate) fn Field(
    label: &'static str,
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(default = "")] hint: &'static str,
    value: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    expect_context::<Hydrated>().keep_typed(name, value);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described_by(name)
                aria-invalid=move || error.with(Option::is_some).to_string()
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
            <Notes name hint=Signal::derive(move || hint.to_owned()) error/>
        </div>
    }
}

/// The ids of a field's hint and error.
pub(super) fn described_by(name: &str) -> String {
    format!("{name}-hint {name}-error")
}

/// A field's hint and error, both always there so that the input can point at them.
#[component]
pub(super) fn Notes(name: &'static str, hint: Signal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <p class="hint" id=format!("{name}-hint")>{hint}</p>
        <p class="error" id=format!("{name}-error")>{error}</p>
    }
}
