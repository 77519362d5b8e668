//! The routing table.

use crate::texts;

/// A page. One per route; [`Page::of`] is the routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `/`
    Home,
    /// `/register`
    Register,
    /// `/sign-in`
    SignIn,
    /// A page for signed-in users.
    Protected(ProtectedPage),
    /// `/styleguide`, in development builds.
    Styleguide,
    /// Every other path.
    NotFound,
}

/// A page for signed-in users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProtectedPage {
    /// `/account`
    Profile,
    /// `/account/sessions`
    Sessions,
    /// `/account/security`
    Security,
    /// `/tokens`
    Tokens,
    /// `/diagnostics`
    Diagnostics,
    /// `/admin` and `/admin/users`
    Users,
    /// `/admin/users/…`
    User,
    /// `/admin/tokens`
    OutstandingTokens,
    /// `/admin/events`
    Events,
}

texts! {
    Text {
        register: "Create an account" | "계정 만들기",
        sign_in: "Sign in" | "로그인",
        profile: "Your account" | "내 계정",
        sessions: "Your sessions" | "내 세션",
        security: "Security events" | "보안 기록",
        tokens: "Your tokens" | "내 토큰",
        diagnostics: "Diagnostics" | "진단",
        users: "Users" | "사용자",
        user: "User" | "사용자 정보",
        outstanding: "Outstanding tokens" | "발급된 토큰",
        events: "All security events" | "모든 보안 기록",
        not_found: "No such page" | "없는 페이지",
    }
}

impl Page {
    /// The page of a path. A trailing slash makes no difference.
    pub(crate) fn of(path: &str) -> Self {
        use ProtectedPage as P;
        match path.trim_end_matches('/') {
            "" => Self::Home,
            "/register" => Self::Register,
            "/styleguide" if cfg!(debug_assertions) => Self::Styleguide,
            "/sign-in" => Self::SignIn,
            "/account" => Self::Protected(P::Profile),
            "/account/sessions" => Self::Protected(P::Sessions),
            "/account/security" => Self::Protected(P::Security),
            "/tokens" => Self::Protected(P::Tokens),
            "/diagnostics" => Self::Protected(P::Diagnostics),
            "/admin" | "/admin/users" => Self::Protected(P::Users),
            "/admin/tokens" => Self::Protected(P::OutstandingTokens),
            "/admin/events" => Self::Protected(P::Events),
            path => match path.strip_prefix("/admin/users/") {
                Some(id) if !id.contains('/') => Self::Protected(P::User),
                _ => Self::NotFound,
            },
        }
    }

    /// The document title.
    pub(crate) fn title(self) -> String {
        let text = Text::get();
        let title = match self {
            Self::Home => return "Hallpass".to_owned(),
            Self::Register => text.register,
            Self::Styleguide => "Style guide",
            Self::SignIn => text.sign_in,
            Self::Protected(page) => page.heading(),
            Self::NotFound => text.not_found,
        };
        format!("{title} · Hallpass")
    }
}

impl ProtectedPage {
    /// The heading.
    pub(crate) fn heading(self) -> &'static str {
        let text = Text::get();
        match self {
            Self::Profile => text.profile,
            Self::Sessions => text.sessions,
            Self::Security => text.security,
            Self::Tokens => text.tokens,
            Self::Diagnostics => text.diagnostics,
            Self::Users => text.users,
            Self::User => text.user,
            Self::OutstandingTokens => text.outstanding,
            Self::Events => text.events,
        }
    }

    /// Whether the page belongs to the administration.
    pub(crate) const fn is_administration(self) -> bool {
        matches!(self, Self::Users | Self::User | Self::OutstandingTokens | Self::Events)
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, ProtectedPage};

    #[test]
    fn only_a_trailing_slash_is_ignored_in_a_path() {
        for (path, page) in [
            ("/", Page::Home),
            ("", Page::Home),
            ("/sign-in", Page::SignIn),
            ("/sign-in/", Page::SignIn),
            ("/account", Page::Protected(ProtectedPage::Profile)),
            ("/admin/users/7", Page::Protected(ProtectedPage::User)),
            ("/admin/users/7/x", Page::NotFound),
            ("/Account", Page::NotFound),
            ("/account/x", Page::NotFound),
            ("/sign-in.html", Page::NotFound),
        ] {
            assert_eq!(Page::of(path), page, "{path}");
        }
    }
}
