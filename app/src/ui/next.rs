//! `?next=`: the page that the sign-in leads back to. It is written for a session that ended, and for a page that was opened
//! while nobody was signed in; and it is followed by the user whose session it was.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{here::use_here, last_session::LastSession, routes::Page};
use crate::{
    local_url::LocalUrl,
    session::{Session, SessionState},
};

/// The pages that lead on.
pub(super) const SIGN_IN: &str = "/sign-in";
/// As [`SIGN_IN`].
pub(super) const REGISTER: &str = "/register";

/// The page that the sign-in leads to otherwise.
const ACCOUNT: &str = "/account";

/// Goes to the sign-in as soon as nobody is signed in, and back to this page afterwards unless its user signed out.
pub(super) fn leave_when_signed_out() {
    let (session, last) = (expect_context::<Session>(), expect_context::<LastSession>());
    let (go, here) = (use_replacing(), use_here());
    Effect::new(move |_| {
        if session.state.get() == SessionState::SignedOut {
            let next = (!last.is_signed_out()).then(|| here.get_untracked());
            go(&with_next(SIGN_IN, next.as_ref()));
        }
    });
}

/// Goes on to the page that the sign-in was asked for, as soon as somebody is signed in here: also when another
/// tab did it.
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

/// The URL of a page that leads on to where this one does.
pub(super) fn also_next(page: &'static str) -> Signal<String> {
    let next = use_next();
    Signal::derive(move || with_next(page, next.get().as_ref()).to_string())
}

/// The URL of a page that leads on to `next`.
fn with_next(page: &str, next: Option<&LocalUrl>) -> LocalUrl {
    let page = LocalUrl::of_page(page);
    match next {
        Some(next) => page.with("next", &next.to_string()),
        None => page,
    }
}

/// Navigates in place of the page that is shown.
fn use_replacing() -> impl Fn(&LocalUrl) {
    let navigate = use_navigate();
    move |url| navigate(&url.to_string(), NavigateOptions { replace: true, ..NavigateOptions::default() })
}

fn use_next() -> Signal<Option<LocalUrl>> {
    let query = use_query_map();
    Signal::derive(move || query.with(|query| query.get("next")).and_then(|next| destination(&next)))
}

/// Where `next` leads: to a page of this origin, and not back to the pages that lead on.
fn destination(next: &str) -> Option<LocalUrl> {
    LocalUrl::parse(next).filter(|url| !matches!(Page::of(url.path()), Page::SignIn | Page::Register))
}

#[cfg(test)]
mod tests {
    use super::{SIGN_IN, destination, with_next};
    use crate::local_url::LocalUrl;

    #[test]
    fn the_sign_in_leads_on_to_pages_of_this_origin() {
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
    fn the_sign_in_leads_neither_to_another_site_nor_back_to_itself() {
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
    fn a_page_its_query_and_its_fragment_survive_the_sign_in() {
        let page = LocalUrl::of_page("/a?b=c%20d&e#f");
        let url = with_next(SIGN_IN, Some(&page)).to_string();
        assert_eq!(url, "/sign-in?next=%2Fa%3Fb%3Dc%2520d%26e%23f");
        assert_eq!(with_next(SIGN_IN, None).to_string(), "/sign-in");
    }
}
