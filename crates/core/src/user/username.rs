//! Usernames. A new one follows Django's rules and has only visible characters. An existing one stays as it is, so that
//! its owner can sign in.

use unicode_normalization::UnicodeNormalization;

use crate::text;

/// The maximum length of a new name, as in Django.
const MAX_CHARS: usize = 150;

/// A username in Unicode form NFKC, so that names that look the same are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// The rule that a username breaks. The sentences are Django's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Empty or white space.
    #[error("This field may not be blank.")]
    Blank,
    /// More than 150 characters.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// A character other than letters, numbers and `@ . + - _`, or an invisible one.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Characters,
    /// U+0000. The sentence is Django REST framework's.
    #[error("Null characters are not allowed.")]
    Nul,
}

impl Username {
    /// Parses the username of a new account: up to 150 letters, numbers and `@ . + - _`, all visible.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let Self(name) = Self::existing(text)?;
        if name.chars().nth(MAX_CHARS).is_some() {
            return Err(UsernameError::TooLong);
        }
        if !name.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) || !text::is_visible(&name) {
            return Err(UsernameError::Characters);
        }
        Ok(Self(name))
    }

    /// Parses a changed username. The current one is accepted whatever its characters, so that other fields of a form
    /// can be changed.
    pub(crate) fn parse_change(text: &str, current: &str) -> Result<Self, UsernameError> {
        if normalize(text) == current { Ok(Self(current.to_owned())) } else { Self::parse(text) }
    }

    /// Accepts the username of an existing or imported account, whatever its characters: its owner must be able to sign
    /// in.
    ///
    /// # Errors
    /// [`UsernameError::Blank`], or [`UsernameError::Nul`], which no sign-in accepts and PostgreSQL does not store.
    pub fn existing(text: &str) -> Result<Self, UsernameError> {
        let name = normalize(text);
        if name.is_empty() {
            Err(UsernameError::Blank)
        } else if name.contains('\0') {
            Err(UsernameError::Nul)
        } else {
            Ok(Self(name))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The form in which a username is stored and looked up.
pub fn normalize(username: &str) -> String {
    username.trim().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::{Username, UsernameError};

    #[test]
    fn usernames_that_look_the_same_are_equal() {
        let parse = |text| Username::parse(text).map(|name| name.as_str().to_owned());
        assert_eq!(parse("  ada "), Ok("ada".to_owned()));
        assert_eq!(parse("\u{ff41}da"), parse("ada"), "full-width letters");
        assert_eq!(parse("홍길동"), Ok("홍길동".to_owned()));
    }

    #[test]
    fn invalid_usernames_report_the_rule_they_break() {
        assert_eq!(Username::parse(" "), Err(UsernameError::Blank));
        assert_eq!(Username::parse(&"a".repeat(151)), Err(UsernameError::TooLong));
        assert_eq!(Username::parse("a\0"), Err(UsernameError::Nul));
        for name in ["a b", "<script>", "a\r\nb", "a😀", "a\u{2800}"] {
            assert_eq!(Username::parse(name), Err(UsernameError::Characters), "{name:?}");
        }
    }

    #[test]
    fn new_usernames_with_invisible_characters_or_lone_marks_are_rejected() {
        for name in [
            "\u{3164}",
            "\u{115f}",
            "admin\u{3164}",
            "admin\u{ffa0}",
            "\u{345}",
            "admin\u{345}",
            "ad\u{200b}min",
            "admin\u{ad}",
            "admin\u{fe0f}",
            "admin\u{e0061}",
            "admin\u{2060}",
            "\u{17b5}",
            "\u{93e}a",
            "\u{202e}nimda",
        ] {
            assert_eq!(Username::parse(name), Err(UsernameError::Characters), "{name:?}");
        }
    }

    #[test]
    fn usernames_of_many_scripts_are_accepted() {
        for name in [
            "Jürgen",
            "jose\u{301}",
            "Ğülşen",
            "Ωμέγα",
            "Дмитрий",
            "אסתר",
            "مريم",
            "आशा",
            "ไทย",
            "さくら",
            "小明",
            "ada²",
        ] {
            assert!(Username::parse(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn the_current_username_stays_valid() {
        let current = "admin\u{1160}";
        assert_eq!(Username::parse_change("admin\u{3164}", current).map(|name| name.0), Ok(current.to_owned()));
        assert_eq!(Username::parse_change("root\u{3164}", current), Err(UsernameError::Characters));
    }
}
