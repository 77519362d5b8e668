//! Pages for signed-in users: heading and navigation, which the server renders, and a chunk with the rest. Shows a
//! skeleton until the session is known. Redirects to the sign-in page if no user is signed in, and back afterwards.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{account, administration, inspection};
use crate::{
    session::Session,
    texts,
    ui::{
        components::{Icon, Shape},
        next::leave_when_signed_out,
        place::{Chunk, PageChunk},
        routes::ProtectedPage,
    },
};

texts! {
    Text {
        account: "Account" | "계정",
        administration: "Administration" | "관리",
        profile: "Profile" | "프로필",
        sessions: "Sessions" | "세션",
        security: "Security" | "보안",
        tokens: "Tokens" | "토큰",
        diagnostics: "Diagnostics" | "진단",
        users: "Users" | "사용자",
        events: "Events" | "기록",
    }
}

/// A page for signed-in users.
#[component]
pub(crate) fn Protected(page: ProtectedPage) -> impl IntoView {
    let session = expect_context::<Session>();
    let location = use_location();
    leave_when_signed_out();
    // Rebuild the page for another user or another URL, but not for a renewal.
    let key = Memo::new(move |_| {
        let sid = if session.state.get().is_signed_in() { session.sid.get() } else { None };
        sid.map(|sid| format!("{sid} {}", location.pathname.get()))
    });
    let (chunk, shape) = chunk_of(page);
    view! {
        <h1>{page.heading()}</h1>
        <Sections page/>
        <Chunk page=chunk shape key/>
    }
}

fn chunk_of(page: ProtectedPage) -> (PageChunk, Shape) {
    match page {
        ProtectedPage::Profile => (|place| Box::pin(account::profile(place)), Shape::Form),
        ProtectedPage::Sessions => (|place| Box::pin(account::sessions(place)), Shape::Rows),
        ProtectedPage::Security => (|place| Box::pin(account::security(place)), Shape::Rows),
        ProtectedPage::Tokens => (|place| Box::pin(inspection::tokens(place)), Shape::Table),
        ProtectedPage::Diagnostics => (|place| Box::pin(inspection::diagnostics(place)), Shape::Rows),
        ProtectedPage::Users => (|place| Box::pin(administration::users(place)), Shape::Table),
        ProtectedPage::User => (|place| Box::pin(administration::user(place)), Shape::Form),
        ProtectedPage::OutstandingTokens => (|place| Box::pin(administration::tokens(place)), Shape::Table),
        ProtectedPage::Events => (|place| Box::pin(administration::events(place)), Shape::Table),
    }
}

/// Links to the pages of the same section.
#[component]
fn Sections(page: ProtectedPage) -> impl IntoView {
    let text = Text::get();
    let account = [
        (ProtectedPage::Profile, "/account", "user", text.profile),
        (ProtectedPage::Sessions, "/account/sessions", "laptop", text.sessions),
        (ProtectedPage::Security, "/account/security", "shield", text.security),
        (ProtectedPage::Tokens, "/tokens", "ticket", text.tokens),
        (ProtectedPage::Diagnostics, "/diagnostics", "terminal", text.diagnostics),
    ];
    let administration = [
        (ProtectedPage::Users, "/admin/users", "users", text.users),
        (ProtectedPage::OutstandingTokens, "/admin/tokens", "ticket", text.tokens),
        (ProtectedPage::Events, "/admin/events", "shield", text.events),
    ];
    let (label, links) = if page.is_administration() {
        (text.administration, administration.to_vec())
    } else {
        (text.account, account.to_vec())
    };
    let link = |(target, href, icon, label)| {
        view! {
            <a href=href aria-current=(target == page).then_some("page")>
                <Icon name=icon/>
                {label}
            </a>
        }
    };
    view! {
        <nav class="sections" aria-label=label>
            {links.into_iter().map(link).collect_view()}
        </nav>
    }
}
