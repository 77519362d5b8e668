//! The header of every page: navigation and sign-out.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::ServerFacts;
use crate::{session, texts};

texts! {
    Text {
        main: "Main" | "주 메뉴",
        sign_in: "Sign in" | "로그인",
        register: "Create account" | "계정 만들기",
        account: "Account" | "계정",
        administration: "Administration" | "관리",
        sign_out: "Sign out" | "로그아웃",
    }
}

/// Name, navigation and sign-out. Renders every link; the stylesheet hides those that the session's state on the
/// document excludes.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let text = Text::get();
    let path = use_location().pathname;
    let link = move |class: &'static str, href: &'static str, label: &'static str| {
        let is_here = move || path.with(|path| is_part_of(path, href)).then_some("page");
        view! { <a class=class href=href aria-current=is_here>{label}</a> }
    };
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    view! {
        <header class="top">
            <a href="/" class="brand">
                <span class="mark" aria-hidden="true"></span>
                "Hallpass"
            </a>
            <nav aria-label=text.main>
                {link("when-signed-out", "/sign-in", text.sign_in)}
                {is_open.then(|| link("when-signed-out", "/register", text.register))}
                {link("when-signed-in", "/account", text.account)}
                {link("when-staff", "/admin", text.administration)}
                <button type="button" class="quiet when-signed-in" on:click=|_| session::sign_out()>
                    {text.sign_out}
                </button>
            </nav>
        </header>
    }
}

/// Whether a page belongs to a link's section.
fn is_part_of(path: &str, href: &str) -> bool {
    let is_account = ["/tokens", "/diagnostics"].iter().any(|page| path.starts_with(page));
    path.starts_with(href) || (href == "/account" && is_account)
}
