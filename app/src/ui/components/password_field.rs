//! A password input: shows its rules, checks the length while the user types, and can show the password. Allows
//! pasting.

use hallpass_types::{LengthError, PasswordPolicy};
use leptos::prelude::*;

use super::{
    FormState,
    field::{Notes, described_by, missing},
};
use crate::texts;

texts! {
    Text {
        show: "Show" | "표시",
        show_it(field): "Show {field}" | "{field} 표시",
        hide: "Hide" | "숨기기",
        hide_it(field): "Hide {field}" | "{field} 숨기기",
        rule(min): "Use at least {min} characters that are hard to guess." | "{min}자 이상이어야 하며, 추측하기 어려워야 합니다.",
        to_go(rule, count): "{rule} {count} more needed." | "{rule} {count}자가 더 필요합니다.",
        long_enough(count): "{count} characters. Strength is checked when you submit the form."
            | "{count}자입니다. 강도는 제출할 때 확인합니다.",
        too_long(max): "This password is too long. Use at most {max} characters."
            | "비밀번호가 너무 깁니다. {max}자 이하로 쓰세요.",
    }
}

/// A password. With a `policy`, a new one; without, the current one.
#[component]
pub(crate) fn PasswordField(
    state: FormState,
    label: &'static str,
    name: &'static str,
    #[prop(optional)] policy: Option<PasswordPolicy>,
) -> impl IntoView {
    let (error, text) = (state.field_error(name), Text::get());
    let is_shown = RwSignal::new(false);
    // Unicode lower-casing would add its tables to the first download.
    let field = label.to_ascii_lowercase();
    let typed = RwSignal::new(String::new());
    // Check values that the browser filled in, and hide the password on submission.
    Effect::new(move |_| {
        typed.set(state.value(name));
        is_shown.set(false);
    });
    let hint = Signal::derive(move || policy.map(|policy| describe(text, policy, &typed.read())).unwrap_or_default());
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <div class="with-button">
                <input
                    id=name
                    name=name
                    type=move || if is_shown.get() { "text" } else { "password" }
                    required=true
                    data-missing=missing(label)
                    autocomplete=if policy.is_some() { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described_by(name)
                    aria-invalid=move || error.with(Option::is_some).to_string()
                    on:input=move |event| typed.set(event_target_value(&event))
                    on:change=move |event| typed.set(event_target_value(&event))
                />
                <button
                    type="button"
                    class="quiet"
                    aria-controls=name
                    aria-label=move || if is_shown.get() { text.hide_it(&field) } else { text.show_it(&field) }
                    on:click=move |_| is_shown.update(|is_shown| *is_shown = !*is_shown)
                >
                    {move || if is_shown.get() { text.hide } else { text.show }}
                </button>
            </div>
            <Notes id=name hint error/>
        </div>
    }
}

/// The rule, and how far the typed password is from it.
fn describe(text: &Text, policy: PasswordPolicy, typed: &str) -> String {
    let typed = &normalized(typed);
    let length = typed.chars().count();
    match policy.check_length(typed) {
        Ok(()) => text.long_enough(&length),
        Err(LengthError::TooShort { min }) if length == 0 => text.rule(&min),
        Err(LengthError::TooShort { min }) => text.to_go(&text.rule(&min), &(min - length)),
        Err(LengthError::TooLong { max }) => text.too_long(&max),
    }
}

/// The text in Unicode form NFC, in which the server counts and hashes it.
fn normalized(typed: &str) -> String {
    if cfg!(target_arch = "wasm32") { js_sys::JsString::from(typed).normalize("NFC").into() } else { typed.to_owned() }
}

#[cfg(test)]
mod tests {
    use hallpass_types::PasswordPolicy;

    use super::{Text, describe};

    #[test]
    fn the_hint_shows_the_rule_first_and_then_the_missing_characters() {
        let policy = PasswordPolicy { min_length: 15, max_length: 20 };
        assert_eq!(describe(&Text::ENGLISH, policy, ""), "Use at least 15 characters that are hard to guess.");
        assert!(describe(&Text::ENGLISH, policy, "한국어").ends_with(" 12 more needed."));
        assert!(describe(&Text::ENGLISH, policy, &"a".repeat(15)).starts_with("15 characters."));
        assert!(describe(&Text::ENGLISH, policy, &"a".repeat(21)).contains("at most 20"));
    }
}
