//! `?next=`: the return URL of the sign-in. Set when a session ends and when a page is opened while signed out;
//! followed for the user whose session it was.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{current_url::use_current_url, last_session::LastSession, routes::Page};
use crate::{
    local_url::LocalUrl,
    session::{Session, SessionState},
};

/// The pages that accept `?next=`.
pub(super) const SIGN_IN: &str = "/sign-in";
/// As [`SIGN_IN`].
pub(super) const REGISTER: &str = "/register";

/// The default return URL.
const ACCOUNT: &str = "/account";

/// Goes to the sign-in page when no user is signed in. It leads back to this page, unless the user signed out.
pub(super) fn leave_when_signed_out() {
    let (session, last) = (expect_context::<Session>(), expect_context::<LastSession>());
    let (go, current_url) = (use_replacing(), use_current_url());
    Effect::new(move |_| {
        if session.state.get() == SessionState::SignedOut {
            let next = (!last.is_signed_out()).then(|| current_url.get_untracked());
            go(&with_next(SIGN_IN, next.as_ref()));
        }
    });
}

/// Goes to the return URL when a user is signed in, including through another tab.
pub(super) fn leave_when_signed_in() {
    let (session, last) = (expect_context::<Session>(), expect_context::<LastSession>());
    let (go, next) = (use_replacing(), use_next());
    Effect::new(move |_| {
        if session.state.get().is_signed_in() {
            let next = next.get_untracked().filter(|_| last.is_of_same_user());
            go(&next.unwrap_or_else(|| LocalUrl::of_page(ACCOUNT)));
        }
    });
}

/// The URL of a sign-in page with this page's `next`.
pub(super) fn also_next(page: &'static str) -> Signal<String> {
    let next = use_next();
    Signal::derive(move || with_next(page, next.get().as_ref()).to_string())
}

/// The URL of a sign-in page that returns to `next`.
fn with_next(page: &str, next: Option<&LocalUrl>) -> LocalUrl {
    let page = LocalUrl::of_page(page);
    match next {
        Some(next) => page.with("next", &next.to_string()),
        None => page,
    }
}

/// Navigates and replaces the current history entry.
fn use_replacing() -> impl Fn(&LocalUrl) {
    let navigate = use_navigate();
    move |url| navigate(&url.to_string(), NavigateOptions { replace: true, ..NavigateOptions::default() })
}

fn use_next() -> Signal<Option<LocalUrl>> {
    let query = use_query_map();
    Signal::derive(move || query.with(|query| query.get("next")).and_then(|next| destination(&next)))
}

/// The validated return URL: a page of this origin other than the sign-in pages.
fn destination(next: &str) -> Option<LocalUrl> {
    LocalUrl::parse(next).filter(|url| !matches!(Page::of(url.path()), Page::SignIn | Page::Register))
}

#[cfg(test)]
mod tests {
    use super::{SIGN_IN, destination, with_next};
    use crate::local_url::LocalUrl;

    #[test]
    fn the_return_url_leads_to_pages_of_this_origin() {
        for (next, url) in [
            ("/", "/"),
            ("/account", "/account"),
            ("/account?x=1#password", "/account?x=1#password"),
            ("/a?b=//c", "/a?b=//c"),
            ("/sign-in-help", "/sign-in-help"),
            ("/sign-in/../account", "/account"),
        ] {
            assert_eq!(destination(next).map(|url| url.to_string()).as_deref(), Some(url), "{next:?}");
        }
    }

    #[test]
    fn the_return_url_leads_neither_to_another_site_nor_to_a_sign_in_page() {
        for next in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "/\t/evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2E%2e//evil.example",
            "javascript:x",
            "/sign-in",
            "/sign-in/?next=%2Fsign-in",
            "/sign-in//",
            "/account/../sign-in",
            "/account/%2e%2e/sign-in",
            "/account\\..\\sign-in",
            "/./register",
            "/register#x",
        ] {
            assert_eq!(destination(next), None, "{next:?}");
        }
    }

    #[test]
    fn the_return_url_keeps_query_and_fragment() {
        let page = LocalUrl::of_page("/a?b=c%20d&e#f");
        let url = with_next(SIGN_IN, Some(&page)).to_string();
        assert_eq!(url, "/sign-in?next=%2Fa%3Fb%3Dc%2520d%26e%23f");
        assert_eq!(with_next(SIGN_IN, None).to_string(), "/sign-in");
    }
}
