//! Character sets of bodies (`charset` in `Content-Type`), as in Django: those of the Encoding Standard, but with ASCII
//! and Latin-1 as in Python, where the standard uses Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, mem::decode_latin1};

/// A character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Ascii,
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// The default.
    pub(super) const UTF_8: Self = Self::Other(UTF_8);

    /// Finds a character set by name.
    pub(super) fn find(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_lowercase().as_str() {
            "ascii" | "usascii" => Some(Self::Ascii),
            "latin1" | "iso88591" | "l1" => Some(Self::Latin1),
            "utf8" => Some(Self::UTF_8),
            "utf16" | "utf16le" => Some(Self::Other(UTF_16LE)),
            "utf16be" => Some(Self::Other(UTF_16BE)),
            _ => Encoding::for_label_no_replacement(name.as_bytes()).map(Self::Other),
        }
    }

    /// Decodes text. `None` if the bytes are invalid in this character set.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Ascii => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes)),
            Self::Latin1 => Some(decode_latin1(bytes)),
            // In UTF-8, a byte order mark is kept, and JSON cannot start with it.
            Self::Other(encoding) if encoding == UTF_8 => str::from_utf8(bytes).ok().map(Cow::from),
            Self::Other(encoding) => {
                let (text, _, has_errors) = encoding.decode(bytes);
                (!has_errors).then_some(text)
            }
        }
    }

    /// Decodes text, with U+FFFD for invalid bytes.
    pub(super) fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Ascii => UTF_8.decode_without_bom_handling(bytes).0,
            Self::Other(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Self::Latin1 => decode_latin1(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    #[test]
    fn bytes_are_decoded_by_the_name_of_their_character_set() {
        for (name, bytes, text) in [
            ("utf-8", b"\xc3\xbc".as_slice(), "\u{fc}"),
            ("UTF8", b"\xc3\xbc", "\u{fc}"),
            ("iso-8859-1", b"\xfc\x80", "\u{fc}\u{80}"),
            ("latin-1", b"\xfc", "\u{fc}"),
            ("windows-1252", b"\x80", "\u{20ac}"),
            ("utf-16", b"\xff\xfe\xfc\x00", "\u{fc}"),
            ("utf-16", b"\xfe\xff\x00\xfc", "\u{fc}"),
            ("utf-16", b"\xfc\x00", "\u{fc}"),
            ("utf-16le", b"\xfc\x00", "\u{fc}"),
            ("utf_16_le", b"\xfc\x00", "\u{fc}"),
            ("utf-16be", b"\x00\xfc", "\u{fc}"),
            ("us-ascii", b"a", "a"),
        ] {
            let charset = Charset::find(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(charset.decode(bytes).as_deref(), Some(text), "{name}");
        }
        for name in ["", "nonsense", "utf-32", "utf-7", "base64", "iso-2022-kr"] {
            assert_eq!(Charset::find(name), None, "{name}");
        }
    }

    #[test]
    fn bytes_of_another_character_set_are_rejected() {
        for (name, bytes) in [("utf-8", b"\xff".as_slice()), ("ascii", b"\xfc"), ("utf-16", b"\xfc")] {
            let charset = Charset::find(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(charset.decode(bytes), None, "{name}");
            assert!(charset.decode_lossy(bytes).contains('\u{fffd}'), "{name}");
        }
    }
}
