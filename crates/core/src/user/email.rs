//! E-mail addresses. They are displayed, and tokens may identify users by them. Hallpass sends no e-mail.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::text;

/// The maximum length in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets), as in Django.
const MAX_BYTES: usize = 254;

/// An e-mail address in Unicode form NFC; may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Email(String);

/// The text is not an e-mail address. The sentence is Django's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a valid email address.")]
pub struct EmailError;

impl Email {
    /// Parses an e-mail address. Empty text is accepted.
    ///
    /// The local part is an RFC 5322 dot-atom with letters and numbers of every script (RFC 6531). The domain is a host
    /// name of one or more labels, internationalized or not (UTS 46). Quoted local parts, IP addresses and invisible
    /// characters are rejected.
    ///
    /// # Errors
    /// When the text is not empty and not an e-mail address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let address: String = text.trim().nfc().collect();
        let is_valid = match address.rsplit_once('@') {
            Some((local, domain)) => address.len() <= MAX_BYTES && is_local_part(local) && is_domain(domain),
            None => address.is_empty(),
        };
        if is_valid { Ok(Self(address)) } else { Err(EmailError) }
    }

    /// Parses a changed e-mail address. The current one is accepted whatever its characters, so that other fields of a
    /// form can be changed.
    pub(crate) fn parse_change(text: &str, current: &str) -> Result<Self, EmailError> {
        if text.trim() == current.trim() { Ok(Self(current.to_owned())) } else { Self::parse(text) }
    }

    /// Accepts the e-mail address of an imported account, whatever its characters.
    ///
    /// # Errors
    /// When it contains U+0000, which PostgreSQL does not store.
    pub fn existing(text: &str) -> Result<Self, EmailError> {
        if text.contains('\0') { Err(EmailError) } else { Ok(Self(text.to_owned())) }
    }

    /// The text; may be empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The canonical form of an e-mail address, valid or not. Case, width and composition of characters make no
    /// difference, nor does the spelling of an internationalized domain.
    pub fn key_of(address: &str) -> String {
        match address.trim().rsplit_once('@') {
            Some((local, domain)) => format!("{}@{}", text::fold(local), domain_key(domain)),
            None => text::fold(address.trim()),
        }
    }
}

fn is_local_part(local: &str) -> bool {
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c) || is_word(c);
    local.split('.').all(|part| !part.is_empty() && part.chars().all(is_atom) && text::is_visible(part))
}

/// Letters, numbers and marks outside ASCII.
fn is_word(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || text::is_mark(c))
}

fn is_domain(domain: &str) -> bool {
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c) || is_word(c);
    let is_visible = domain.chars().all(is_host) && domain.split('.').all(text::is_visible);
    let ascii =
        Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    is_visible && ascii.is_ok_and(|ascii| !ends_in_number(&ascii))
}

/// Whether the last label is a number: no top-level domain is numeric (RFC 3696 §2), and an IP address is not a host
/// name.
fn ends_in_number(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()))
}

fn domain_key(domain: &str) -> String {
    let ascii = Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::Ignore);
    ascii.map_or_else(|_| text::fold(domain), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::{Email, EmailError};

    /// Accepted by Django's `EmailValidator` too, but for the last line.
    const VALID: [&str; 24] = [
        "ada@x.org",
        "ada.lovelace+tag@mail.example.co.uk",
        "ADA@X.ORG",
        "o'brien@example.ie",
        "a_b-c@example-site.com",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "1234567890@example.com",
        "a@localhost",
        "a@b.co",
        "a@xn--bcher-kva.example",
        "a@bücher.example",
        "a@例え.テスト",
        "a@उदाहरण.परीक्षा",
        "a@123.com",
        "a@1.2.3.com",
        "a@ab--cd.org",
        "a@x.museum",
        "a@x.xn--p1ai",
        "a@x.рф",
        "customer/department=shipping@example.com",
        " ada@x.org ",
        "",
        // A host without dots, and addresses of RFC 6531.
        "a@b",
        "jürgen@example.de",
    ];

    const INVALID: [&str; 52] = [
        "a",
        "@",
        "@b",
        "a@",
        "a b@c.org",
        "a@b c.org",
        "a@b\r\nBcc: x",
        "a@b.org\0",
        "a\0@b.org",
        "a\tb@x.org",
        "a@x.org,b@x.org",
        "a@x.org;b@x.org",
        "a@b@c.org",
        "<script>@x.org",
        "ada <a@x.org>",
        "<a@x.org>",
        "a@<x.org>",
        "a@b.",
        "a@.b",
        "a@b..c",
        ".a@b.org",
        "a.@b.org",
        "a..b@c.org",
        "a@-b.org",
        "a@b-.org",
        "a@b_c.org",
        "a@b/c.org",
        "a@b.org/",
        "a@1.2.3.4",
        "a@[1.2.3.4]",
        "a@[::1]",
        "\"a b\"@x.org",
        "\"a\"@x.org",
        "a\\@x.org",
        "a(b)@x.org",
        "a:b@x.org",
        "a[b]@x.org",
        "a\u{200b}@x.org",
        "a@x\u{200b}.org",
        "\u{202e}a@x.org",
        "a@x.org\u{202e}",
        "\u{feff}a@x.org",
        "a\u{ad}@x.org",
        "a@x\u{ad}.org",
        "a\u{3164}@x.org",
        "a@\u{3164}.org",
        "\u{301}a@x.org",
        "a\u{a0}b@x.org",
        "a\u{2800}@x.org",
        "a\u{e0041}@x.org",
        "a\u{fe0f}@x.org",
        "a@x。org",
    ];

    #[test]
    fn an_email_address_has_a_local_part_and_a_host_name() {
        for valid in VALID {
            assert!(Email::parse(valid).is_ok(), "{valid:?}");
        }
        for invalid in INVALID {
            assert_eq!(Email::parse(invalid), Err(EmailError), "{invalid:?}");
        }
    }

    #[test]
    fn lengths_of_email_addresses_are_bounded() {
        let address = |local: usize, label: usize| format!("{}@{}.org", "a".repeat(local), "b".repeat(label));
        assert!(Email::parse(&address(64, 63)).is_ok());
        assert!(Email::parse(&address(65, 63)).is_ok(), "Django takes it");
        assert_eq!(Email::parse(&address(64, 64)), Err(EmailError));
        assert_eq!(Email::parse(&address(200, 60)), Err(EmailError));
    }

    #[test]
    fn spellings_of_one_email_address_have_one_key() {
        for (one, other) in [
            ("ada@x.org", "ada@X.ORG"),
            ("ada@x.org", " Ada@x.org "),
            ("zoé@café.org", "zoe\u{301}@cafe\u{301}.org"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@bücher.example", "A@BÜCHER.example"),
            ("ada@x.org", "\u{ff41}da@x.org"),
        ] {
            assert_eq!(Email::key_of(one), Email::key_of(other), "{one:?} {other:?}");
        }
        assert_ne!(Email::key_of("ada@x.org"), Email::key_of("ada@y.org"));
        assert_eq!(Email::key_of(""), "");
    }

    #[test]
    fn invalid_email_addresses_have_a_key() {
        for text in ["A", "a@", "@", "a@b.", "a@x y", "a@\u{202e}", "a@xn--\u{0}"] {
            assert_eq!(Email::key_of(&Email::key_of(text)), Email::key_of(text), "{text:?}");
        }
    }

    #[test]
    fn the_current_email_address_stays_valid() {
        assert_eq!(Email::parse_change("a@b.", "a@b.").map(|email| email.0), Ok("a@b.".to_owned()));
        assert_eq!(Email::parse_change("b@b.", "a@b."), Err(EmailError));
    }
}
