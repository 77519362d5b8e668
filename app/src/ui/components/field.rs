//! A labelled input with its hint and error.

use leptos::prelude::*;

use super::FormState;
use crate::texts;

texts! {
    Text {
        missing(field): "{field} is required." | "{field} 항목을 입력하세요.",
    }
}

/// A single-line text input.
#[component]
pub(crate) fn Field(
    state: FormState,
    label: &'static str,
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(default = "")] hint: &'static str,
    /// The initial value.
    #[prop(default = None)]
    value: Option<String>,
    /// Whether the field is optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let error = state.field_error(name);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                value=value
                required=!optional
                data-missing=(!optional).then(|| missing(label))
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described_by(name)
                aria-invalid=move || error.with(Option::is_some).to_string()
            />
            <Notes id=name hint=Signal::derive(move || hint.to_owned()) error/>
        </div>
    }
}

/// The message for an empty required field.
pub(super) fn missing(label: &str) -> String {
    Text::get().missing(&label)
}

/// The ids of a field's hint and error.
pub(super) fn described_by(id: &str) -> String {
    format!("{id}-hint {id}-error")
}

/// A field's hint, or its error. Both elements always exist, so that the input can refer to them.
#[component]
pub(super) fn Notes(id: &'static str, hint: Signal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let hint = move || if error.with(Option::is_some) { String::new() } else { hint.get() };
    view! {
        <p class="hint" id=format!("{id}-hint")>{hint}</p>
        <p class="error" id=format!("{id}-error")>{error}</p>
    }
}
