//! A labelled input whose hint and error are tied to it.

use leptos::prelude::*;

use super::FormState;
use crate::{language::fill, texts};

texts! {
    Text {
        missing: "{field} is required." | "{field} 항목을 입력하세요.",
    }
}

/// One line of text.
#[component]
pub(crate) fn Field(
    state: FormState,
    label: &'static str,
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    autocomplete: &'static str,
    #[prop(default = "")] hint: &'static str,
    /// What it holds at first.
    #[prop(default = None)]
    value: Option<String>,
    /// Whether it may stay empty.
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

/// What is said of a required field that is empty.
pub(super) fn missing(label: &str) -> String {
    fill(Text::get().missing, &[("field", label)])
}

/// The ids of a field's hint and error.
pub(super) fn described_by(id: &str) -> String {
    format!("{id}-hint {id}-error")
}

/// A field's hint, or in its place what is wrong. Both elements are always there so that the input can refer to them.
#[component]
pub(super) fn Notes(id: &'static str, hint: Signal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let hint = move || if error.with(Option::is_some) { String::new() } else { hint.get() };
    view! {
        <p class="hint" id=format!("{id}-hint")>{hint}</p>
        <p class="error" id=format!("{id}-error")>{error}</p>
    }
}
