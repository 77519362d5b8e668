//! The colour scheme, as the server writes it into the document.

/// A colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// The device's setting.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value in `data-theme`, URLs and the cookie.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this name.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }

    /// The content of `<meta name="color-scheme">`.
    pub(super) const fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of the request, which the process provides.
    #[cfg(feature = "ssr")]
    pub(crate) fn current() -> Self {
        leptos::prelude::use_context().unwrap_or(Self::System)
    }

    /// The theme that the server wrote into the document.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn current() -> Self {
        let root = leptos::prelude::document().document_element();
        root.and_then(|root| Self::of_word(&root.get_attribute("data-theme")?)).unwrap_or(Self::System)
    }
}
