//! A password input: what is asked of it is said beforehand, its length is judged as one types, and
//! it can be shown. Pasting works as everywhere.

use leptos::prelude::*;

use super::{
    Hydrated,
    field::{Notes, described_by},
};
use crate::wire::PasswordPolicy;

/// A password. With a `policy` it is a new one; without, the one in force.
#[component]
pub(crate) fn PasswordField(
    label: &'static str,
    name: &'static str,
    #[prop(optional)] policy: Option<PasswordPolicy>,
    value: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    expect_context::<Hydrated>().keep_typed(name, value);
    let is_shown = RwSignal::new(false);
    let verb = move || if is_shown.get() { "Hide" } else { "Show" };
    let hint = Signal::derive(move || policy.map(|policy| describe(policy, &value.get())).unwrap_or_default());
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <div class="with-button">
                <input
                    id=name
                    name=name
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete=if policy.is_some() { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described_by(name)
                    aria-invalid=move || error.with(Option::is_some).to_string()
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
                <button
                    type="button"
                    class="quiet"
                    aria-controls=name
                    aria-label=move || format!("{} {}", verb(), label.to_lowercase())
                    on:click=move |_| is_shown.update(|is_shown| *is_shown = !*is_shown)
                >
                    {verb}
                </button>
            </div>
            <Notes name hint error/>
        </div>
    }
}

/// The rule, and how far what was typed is from it.
fn describe(policy: PasswordPolicy, typed: &str) -> String {
    let length = typed.chars().count();
    let rule = format!("At least {} characters of any kind, and not easy to guess.", policy.min_length);
    match policy.check_length(typed) {
        Ok(()) => format!("{length} characters: long enough. Its strength is judged when it is sent."),
        Err(_) if length == 0 => rule,
        Err(_) if length < policy.min_length => format!("{rule} {} to go.", policy.min_length - length),
        Err(sentence) => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::wire::PasswordPolicy;

    #[test]
    fn the_hint_says_the_rule_first_and_then_how_far_it_is() {
        let policy = PasswordPolicy { min_length: 15, max_length: 20 };
        assert_eq!(describe(policy, ""), "At least 15 characters of any kind, and not easy to guess.");
        assert!(describe(policy, "한국어").ends_with(" 12 to go."));
        assert!(describe(policy, &"a".repeat(15)).starts_with("15 characters: long enough."));
        assert!(describe(policy, &"a".repeat(21)).contains("at most 20"));
    }
}
