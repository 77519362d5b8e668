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
    },
};

/// A text in the language of the page.
type Text = fn() -> &'static str;

/// A page for signed-in users.
#[derive(Debug)]
pub(crate) struct ProtectedPage {
    /// The path. The last segment may be `{id}`.
    path: &'static str,
    /// The heading, also the document's title.
    heading: Text,
    /// Icon and label in the navigation of the page's section.
    link: Option<(&'static str, Text)>,
    shape: Shape,
    chunk: PageChunk,
}

/// All pages for signed-in users, in the order of the navigation.
static PAGES: &[ProtectedPage] = &[
    ProtectedPage {
        path: "/account",
        heading: || texts!("Your account" | "내 계정"),
        link: Some(("user", || texts!("Profile" | "프로필"))),
        shape: Shape::Form,
        chunk: |place| Box::pin(account::profile(place)),
    },
    ProtectedPage {
        path: "/account/sessions",
        heading: || texts!("Your sessions" | "내 세션"),
        link: Some(("laptop", || texts!("Sessions" | "세션"))),
        shape: Shape::Rows,
        chunk: |place| Box::pin(account::sessions(place)),
    },
    ProtectedPage {
        path: "/account/security",
        heading: || texts!("Security events" | "보안 기록"),
        link: Some(("shield", || texts!("Security" | "보안"))),
        shape: Shape::Rows,
        chunk: |place| Box::pin(account::security(place)),
    },
    ProtectedPage {
        path: "/tokens",
        heading: || texts!("Your tokens" | "내 토큰"),
        link: Some(("ticket", || texts!("Tokens" | "토큰"))),
        shape: Shape::Table,
        chunk: |place| Box::pin(inspection::tokens(place)),
    },
    ProtectedPage {
        path: "/diagnostics",
        heading: || texts!("Diagnostics" | "진단"),
        link: Some(("terminal", || texts!("Diagnostics" | "진단"))),
        shape: Shape::Rows,
        chunk: |place| Box::pin(inspection::diagnostics(place)),
    },
    ProtectedPage {
        path: "/admin/users",
        heading: || texts!("Users" | "사용자"),
        link: Some(("users", || texts!("Users" | "사용자"))),
        shape: Shape::Table,
        chunk: |place| Box::pin(administration::users(place)),
    },
    ProtectedPage {
        path: "/admin/users/{id}",
        heading: || texts!("User" | "사용자 정보"),
        link: None,
        shape: Shape::Form,
        chunk: |place| Box::pin(administration::user(place)),
    },
    ProtectedPage {
        path: "/admin/tokens",
        heading: || texts!("Outstanding tokens" | "발급된 토큰"),
        link: Some(("ticket", || texts!("Tokens" | "토큰"))),
        shape: Shape::Table,
        chunk: |place| Box::pin(administration::tokens(place)),
    },
    ProtectedPage {
        path: "/admin/events",
        heading: || texts!("All security events" | "모든 보안 기록"),
        link: Some(("shield", || texts!("Events" | "기록"))),
        shape: Shape::Table,
        chunk: |place| Box::pin(administration::events(place)),
    },
];

impl ProtectedPage {
    /// The page of a path without a trailing slash.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        let path = if path == "/admin" { "/admin/users" } else { path };
        PAGES.iter().find(|page| match page.path.strip_suffix("{id}") {
            Some(prefix) => path.strip_prefix(prefix).is_some_and(|id| !id.contains('/')),
            None => page.path == path,
        })
    }

    /// The heading.
    pub(crate) fn heading(&self) -> &'static str {
        (self.heading)()
    }

    fn is_administration(&self) -> bool {
        self.path.starts_with("/admin")
    }
}

impl PartialEq for ProtectedPage {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

/// A page for signed-in users.
#[component]
pub(crate) fn Protected(page: &'static ProtectedPage) -> impl IntoView {
    let session = expect_context::<Session>();
    let location = use_location();
    leave_when_signed_out();
    // Rebuild the page for another user or another URL, but not for a renewal.
    let key = Memo::new(move |_| {
        let sid = if session.state.get().is_signed_in() { session.sid.get() } else { None };
        sid.map(|sid| format!("{sid} {}", location.pathname.get()))
    });
    view! {
        <h1>{page.heading()}</h1>
        <Sections page/>
        <Chunk page=page.chunk shape=page.shape key/>
    }
}

/// Links to the pages of the same section.
#[component]
fn Sections(page: &'static ProtectedPage) -> impl IntoView {
    let is_administration = page.is_administration();
    let label = if is_administration { texts!("Administration" | "관리") } else { texts!("Account" | "계정") };
    let link = |target: &'static ProtectedPage| {
        let (icon, label) = target.link?;
        Some(view! {
            <a href=target.path aria-current=(target == page).then_some("page")>
                <Icon name=icon/>
                {label()}
            </a>
        })
    };
    let pages = PAGES.iter().filter(|page| page.is_administration() == is_administration);
    view! {
        <nav class="sections" aria-label=label>
            {pages.filter_map(link).collect_view()}
        </nav>
    }
}
