//! The addresses of the application: which page each one names.

/// A page. One a route; [`Page::of`] is the whole routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `/`
    Home,
    /// `/register`
    Register,
    /// `/sign-in`
    SignIn,
    /// `/account`
    Account,
    /// Every other address.
    NotFound,
}

impl Page {
    /// The page of a path. A slash at the end makes no difference.
    pub(crate) fn of(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::Home,
            "/register" => Self::Register,
            "/sign-in" => Self::SignIn,
            "/account" => Self::Account,
            _ => Self::NotFound,
        }
    }

    /// What the window's title says of it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Home => "Hallpass",
            Self::Register => "Create an account · Hallpass",
            Self::SignIn => "Sign in · Hallpass",
            Self::Account => "Your account · Hallpass",
            Self::NotFound => "No such page · Hallpass",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_slash_at_the_end_makes_no_difference_and_nothing_else_is_guessed() {
        for (path, page) in [
            ("/", Page::Home),
            ("", Page::Home),
            ("/sign-in", Page::SignIn),
            ("/sign-in/", Page::SignIn),
            ("/account", Page::Account),
            ("/Account", Page::NotFound),
            ("/account/x", Page::NotFound),
            ("/sign-in.html", Page::NotFound),
        ] {
            assert_eq!(Page::of(path), page, "{path}");
        }
    }
}
