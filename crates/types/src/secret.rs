//! Text that must not be printed: passwords and tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password or token. It serialises as a plain string; its `Debug` output hides the text, so that a form or a pair in
/// a log or a panic reveals nothing.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Borrows the text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the text.
    pub fn into_exposed(self) -> String {
        self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_shows_nothing_of_the_secret() {
        assert_eq!(format!("{:?}", Secret::from("swordfish")), "[hidden]");
    }
}
