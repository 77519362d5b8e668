//! Passwords as users type them. They are hashed in Unicode form NFC, in which equal text has the same characters on
//! every keyboard (NIST SP 800-63B-4 §3.1.1.2).

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A typed password.
#[derive(Clone, Debug)]
pub struct Password {
    normalized: SecretString,
    /// The text before normalization, if different.
    typed: Option<SecretString>,
}

/// The rule that a new password breaks. The sentences are Django REST framework's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Empty or white space.
    #[error("This field may not be blank.")]
    Blank,
    /// U+0000.
    #[error("Null characters are not allowed.")]
    Nul,
}

impl Password {
    /// Wraps a password to be verified.
    pub fn typed(text: &str) -> Self {
        if is_nfc(text) {
            Self { normalized: text.into(), typed: None }
        } else {
            Self { normalized: text.nfc().collect::<String>().into(), typed: Some(text.into()) }
        }
    }

    /// Parses a new password: one that Simple JWT's `TokenObtainSerializer` accepts at sign-in as well.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        if text.contains('\0') {
            Err(PasswordError::Nul)
        } else if text.chars().all(is_blank) {
            Err(PasswordError::Blank)
        } else {
            Ok(Self::typed(text))
        }
    }

    /// The normalized text.
    pub(super) fn expose(&self) -> &str {
        self.normalized.expose_secret()
    }

    /// The text before normalization, if different. Django and older versions hashed this text.
    pub(super) fn as_typed(&self) -> Option<&str> {
        self.typed.as_ref().map(ExposeSecret::expose_secret)
    }
}

/// White space as Python's `strip` defines it.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::{Password, PasswordError};

    #[test]
    fn a_new_password_is_accepted_by_a_sign_in() {
        for blank in ["", " ", "                    ", "\u{3000}\u{a0}\t\r\n", "\x1c\x1f"] {
            assert_eq!(Password::parse(blank).err(), Some(PasswordError::Blank), "{blank:?}");
        }
        assert_eq!(Password::parse("violet\0kettle").err(), Some(PasswordError::Nul));
        for text in [" violet kettle ", "\u{7f}", "한"] {
            assert_eq!(Password::parse(text).expect("a password").expose(), text);
        }
    }

    #[test]
    fn compositions_of_one_text_are_the_same_password() {
        let (composed, decomposed) = (Password::typed("zo\u{eb}"), Password::typed("zoe\u{308}"));
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(composed.as_typed(), None);
        assert_eq!(decomposed.as_typed(), Some("zoe\u{308}"));
    }
}
