//! The routing table. The pages for signed-in users are in [`pages::protected`](super::pages).

use super::pages::ProtectedPage;
use crate::texts;

/// A page. One per route; [`Page::of`] is the routing table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Page {
    /// `/`
    Home,
    /// `/register`
    Register,
    /// `/sign-in`
    SignIn,
    /// A page for signed-in users.
    Protected(&'static ProtectedPage),
    /// `/styleguide`, in development builds.
    Styleguide,
    /// Every other path.
    NotFound,
}

impl Page {
    /// The page of a path. A trailing slash makes no difference.
    pub(crate) fn of(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::Home,
            "/register" => Self::Register,
            "/styleguide" if cfg!(debug_assertions) => Self::Styleguide,
            "/sign-in" => Self::SignIn,
            path => ProtectedPage::of(path).map_or(Self::NotFound, Self::Protected),
        }
    }

    /// The document title.
    pub(crate) fn title(self) -> String {
        let title = match self {
            Self::Home => return "Hallpass".to_owned(),
            Self::Register => texts!("Create account" | "계정 만들기"),
            Self::Styleguide => "Style guide",
            Self::SignIn => texts!("Sign in" | "로그인"),
            Self::Protected(page) => page.heading(),
            Self::NotFound => texts!("Page not found" | "페이지를 찾을 수 없음"),
        };
        format!("{title} · Hallpass")
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn only_a_trailing_slash_is_ignored_in_a_path() {
        for (path, title) in [
            ("/", "Hallpass"),
            ("", "Hallpass"),
            ("/sign-in", "Sign in · Hallpass"),
            ("/sign-in/", "Sign in · Hallpass"),
            ("/account", "Your account · Hallpass"),
            ("/admin", "Users · Hallpass"),
            ("/admin/users/", "Users · Hallpass"),
            ("/admin/users/7", "User · Hallpass"),
            ("/admin/users/7/x", "Page not found · Hallpass"),
            ("/Account", "Page not found · Hallpass"),
            ("/account/x", "Page not found · Hallpass"),
            ("/sign-in.html", "Page not found · Hallpass"),
        ] {
            assert_eq!(Page::of(path).title(), title, "{path}");
        }
    }
}
