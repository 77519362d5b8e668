//! The footer of every page: language and colour scheme.

use leptos::prelude::*;

use crate::{
    language::Language,
    texts,
    ui::{current_url::use_current_url, theme::Theme},
};

texts! {
    Text {
        preferences: "Language and theme" | "언어와 테마",
        system: "System" | "시스템",
        light: "Light" | "밝게",
        dark: "Dark" | "어둡게",
    }
}

/// One line with links that store the choice in a cookie. They work without script, and the next page has the right
/// language and colours from its first byte.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let text = Text::get();
    let current_url = use_current_url();
    let link = move |name: &'static str,
                     value: &'static str,
                     label: &'static str,
                     lang: Option<&'static str>,
                     is_current: bool| {
        view! {
            <li>
                <a
                    rel="external nofollow"
                    lang=lang
                    href=move || current_url.get().with(name, value).to_string()
                    aria-current=is_current.then_some("true")
                >
                    {label}
                </a>
            </li>
        }
    };
    let languages = Language::ALL.map(|language| {
        let tag = language.tag();
        link("language", tag, language.own_name(), Some(tag), language == Language::current())
    });
    let themes = [(Theme::System, text.system), (Theme::Light, text.light), (Theme::Dark, text.dark)]
        .map(|(theme, label)| link("theme", theme.word(), label, None, theme == Theme::current()));
    view! {
        <footer class="bottom">
            <nav class="preferences" aria-label=text.preferences>
                <ul>{languages}</ul>
                <ul>{themes}</ul>
            </nav>
        </footer>
    }
}
