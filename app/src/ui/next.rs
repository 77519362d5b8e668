//! `?next=`: where a person wanted to be before being asked to sign in.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::session::Session;

/// The pages that lead on.
pub(super) const SIGN_IN: &str = "/sign-in";
/// As [`SIGN_IN`].
pub(super) const REGISTER: &str = "/register";

/// Goes on to where the person wanted to be, as soon as somebody is signed in here: also when another
/// tab did it.
pub(super) fn leave_when_signed_in() {
    let session = expect_context::<Session>();
    let (navigate, next) = (use_navigate(), use_next());
    Effect::new(move |_| {
        if session.state.get().is_signed_in() {
            let next = next.get_untracked().unwrap_or_else(|| "/account".to_owned());
            navigate(&next, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
}

/// The address of a page that leads on to where this one does.
pub(super) fn also_next(page: &'static str) -> Signal<String> {
    let next = use_next();
    Signal::derive(move || next.get().map_or_else(|| page.to_owned(), |next| with_next(page, &next)))
}

/// The address of a page that leads on to `next`.
pub(super) fn with_next(page: &str, next: &str) -> String {
    format!("{page}?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
}

fn use_next() -> Signal<Option<String>> {
    let query = use_query_map();
    Signal::derive(move || query.with(|query| query.get("next")).filter(|next| is_own_page(next)))
}

/// Whether this leads to a page of ours and nowhere else: one slash, and no second one in any of the
/// spellings that browsers read as one; and not back to here.
fn is_own_page(next: &str) -> bool {
    let mut characters = next.chars();
    let is_own = characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !next.chars().any(char::is_control);
    let path = next.split(['?', '#']).next().unwrap_or(next).trim_end_matches('/');
    is_own && ![SIGN_IN, REGISTER].contains(&path)
}

#[cfg(test)]
mod tests {
    use super::{is_own_page, with_next};

    #[test]
    fn only_pages_of_our_own_are_returned_to() {
        for good in ["/", "/account", "/a?b=//c", "/sign-in-help"] {
            assert!(is_own_page(good), "{good:?}");
        }
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:x",
            "/sign-in",
            "/sign-in/?next=%2Fsign-in",
            "/register#x",
        ] {
            assert!(!is_own_page(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_page_and_its_query_survive_the_way() {
        assert_eq!(with_next("/sign-in", "/a?b=c d&e"), "/sign-in?next=%2Fa%3Fb%3Dc%20d%26e");
    }
}
