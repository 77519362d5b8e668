//! The regional format of dates: the browser's preferred region for the language of the page.

use wasm_bindgen::JsValue;

use crate::language::Language;

/// The locale for dates (RFC 5646). Only called in the browser.
pub(super) fn locale() -> String {
    let navigator = web_sys::window().map(|window| window.navigator());
    let tags = navigator.into_iter().flat_map(|navigator| navigator.languages());
    preferred(Language::current(), tags.filter_map(|tag: JsValue| tag.as_string()))
}

/// The first of the browser's languages that matches the page's language, else the page's default locale.
fn preferred(language: Language, mut tags: impl Iterator<Item = String>) -> String {
    let is_of_language =
        |tag: &String| tag.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case(language.tag()));
    tags.find(is_of_language).unwrap_or_else(|| language.default_locale().to_owned())
}

#[cfg(test)]
mod tests {
    use super::preferred;
    use crate::language::Language::{English, Korean};

    #[test]
    fn the_region_is_the_browsers_for_the_language_of_the_page() {
        for (language, tags, expected) in [
            (English, vec!["en-US", "en-GB"], "en-US"),
            (English, vec!["ko-KR", "de-DE", "en-AU"], "en-AU"),
            (English, vec!["EN-ca"], "EN-ca"),
            (English, vec!["ko-KR", "eng"], "en-GB"),
            (English, vec![], "en-GB"),
            (Korean, vec!["en-US", "ko-KP"], "ko-KP"),
            (Korean, vec!["en-US"], "ko-KR"),
        ] {
            assert_eq!(preferred(language, tags.iter().map(|tag| (*tag).to_owned())), expected, "{tags:?}");
        }
    }
}
