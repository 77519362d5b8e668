//! The colours that a person prefers, as the server writes them on the document.

/// A colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// What the device is set to.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it in `data-theme`, in addresses and in the cookie.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }

    /// What `<meta name="color-scheme">` says of it.
    pub(super) const fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this request, which the process has found out and provided.
    #[cfg(feature = "ssr")]
    pub(crate) fn current() -> Self {
        leptos::prelude::use_context().unwrap_or(Self::System)
    }

    /// The theme of this document, as the server wrote it.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn current() -> Self {
        let root = leptos::prelude::document().document_element();
        root.and_then(|root| Self::of_word(&root.get_attribute("data-theme")?)).unwrap_or(Self::System)
    }
}
