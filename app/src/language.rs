//! Languages of the user interface and the tables of its texts. [`texts!`](crate::texts) takes every language side by
//! side: a missing text or a different placeholder does not compile.

use std::fmt::{self, Write};

/// A language of the user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// All languages, the default first.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The language tag in `<html lang>`, URLs and the cookie (RFC 5646).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The locale for dates when the browser prefers no region for the language.
    pub const fn default_locale(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Korean => "ko-KR",
        }
    }

    /// The language's name in the language itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// The language with this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language of the request, which the process provides.
    #[cfg(feature = "ssr")]
    pub fn current() -> Self {
        leptos::prelude::use_context().unwrap_or(Self::English)
    }

    /// The language that the server wrote into the document. Not `lang`, which translators change.
    #[cfg(not(feature = "ssr"))]
    pub fn current() -> Self {
        // Unit tests of browser code run without a document.
        if cfg!(not(target_family = "wasm")) {
            return Self::English;
        }
        thread_local! {
            static CURRENT: Language = {
                let root = web_sys::window().and_then(|window| window.document()?.document_element());
                root.and_then(|root| Language::of_tag(&root.get_attribute("data-language")?)).unwrap_or(Language::English)
            };
        }
        CURRENT.with(|current| *current)
    }
}

/// Declares texts. `Table { name: "English" | "한국어", }` is a table, which `Table::get()` returns in the language of the
/// page. A text with placeholders names them, `name(count): "{count} selected" | …`, and is a method.
/// `fn words(kind: Kind) { Kind::First => "English" | "한국어", }` is a function with a text for each value, and
/// `"English" | "한국어"` alone one text.
#[macro_export]
macro_rules! texts {
    ($(#[$doc:meta])* $table:ident { $($name:ident $(($($value:ident),+))?: $english:literal | $korean:literal,)+ }) => {
        $(#[$doc])*
        struct $table {
            $($name: &'static str,)+
        }

        impl $table {
            const ENGLISH: Self = Self { $($name: $english,)+ };
            const KOREAN: Self = Self { $($name: $korean,)+ };

            /// The texts in the language of the page.
            fn get() -> &'static Self {
                $crate::language::choose(&Self::ENGLISH, &Self::KOREAN)
            }

            $($(fn $name(&self, $($value: &dyn std::fmt::Display),+) -> String {
                $crate::language::fill(self.$name, &[$((stringify!($value), $value)),+])
            })?)+
        }

        const _: () = {
            $(
                let named = $crate::language::placeholders(concat!($($("{", stringify!($value), "}"),+)?));
                $crate::texts!(check $name, named, $english, $korean);
            )+
        };
    };

    ($(#[$doc:meta])* $vis:vis fn $name:ident($value:ident: $type:ty) {
        $($pattern:pat => $english:literal | $korean:literal,)+
    }) => {
        $(#[$doc])*
        $vis fn $name($value: $type) -> &'static str {
            let (english, korean) = match $value { $($pattern => ($english, $korean),)+ };
            $crate::language::choose(english, korean)
        }

        const _: () = {
            $($crate::texts!(check $name, $crate::language::placeholders($english), $english, $korean);)+
        };
    };

    ($english:literal | $korean:literal) => {
        $crate::language::choose($english, $korean)
    };

    (check $name:ident, $named:expr, $english:literal, $korean:literal) => {
        assert!(
            $named == $crate::language::placeholders($english) && $named == $crate::language::placeholders($korean),
            concat!("the placeholders differ: ", stringify!($name))
        );
    };
}

/// The value for the language of the page.
pub fn choose<T>(english: T, korean: T) -> T {
    match Language::current() {
        Language::English => english,
        Language::Korean => korean,
    }
}

/// A fingerprint of a text's placeholders, independent of their order.
pub const fn placeholders(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut sum, mut name, mut is_inside, mut position) = (0_u32, 0_u32, false, 0);
    while position < bytes.len() {
        match bytes[position] {
            b'{' => (is_inside, name) = (true, 7),
            b'}' => (is_inside, sum) = (false, sum.wrapping_add(name)),
            byte if is_inside => name = name.wrapping_mul(31).wrapping_add(byte as u32),
            _ => {}
        }
        position += 1;
    }
    sum
}

/// Replaces each `{name}` by its value. A placeholder without a value stays visible, so that the tests of the pages
/// find it.
pub fn fill(text: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, placeholder)) = rest.split_once('{') {
        let (name, after) = placeholder.split_once('}').unwrap_or((placeholder, ""));
        filled.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            // Writing to a string cannot fail.
            Some((_, value)) => _ = write!(filled, "{value}"),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::{Language, fill, placeholders};

    #[test]
    fn values_are_filled_in_any_order_and_are_not_parsed_for_placeholders() {
        assert_eq!(fill("ended by {by} at {at}.", &[("at", &9), ("by", &"{at}")]), "ended by {at} at 9.");
        assert_eq!(fill("{at}에 {by}에서", &[("at", &9), ("by", &"x")]), "9에 x에서");
        assert_eq!(fill("no more than that", &[("by", &"x")]), "no more than that");
    }

    #[test]
    fn a_placeholder_without_a_value_stays_visible() {
        assert_eq!(fill("{count} of {total}", &[("count", &2)]), "2 of {total}");
    }

    #[test]
    fn texts_with_different_placeholders_have_different_fingerprints() {
        assert_eq!(placeholders("{a} and {b}"), placeholders("{b}와 {a}"));
        assert_ne!(placeholders("{a} and {b}"), placeholders("{a}"));
        assert_ne!(placeholders("{a}"), placeholders("{b}"));
        assert_eq!(placeholders("none"), 0);
    }

    #[test]
    fn every_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::of_tag("EN"), None);
    }
}
