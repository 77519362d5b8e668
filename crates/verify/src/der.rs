//! A DER parser (ITU-T X.690) that identifies the content of a key file. The cryptographic library decides whether the
//! key is valid. Shared with `hallpass-core`; not part of the public interface.

pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OBJECT_IDENTIFIER: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;

/// The tag and the content of one element.
pub type Element<'a> = (u8, &'a [u8]);

/// The elements of `bytes`, which they fill entirely.
pub fn elements(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = split(bytes)?;
        found.push(element);
        bytes = rest;
    }
    Some(found)
}

/// The elements of a sequence. Only white space and NULs may follow it, which a file may end with.
pub fn sequence(bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    match split(bytes)? {
        ((SEQUENCE, content), rest) if rest.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) => {
            elements(content)
        }
        _ => None,
    }
}

/// The first element and what follows it. A length may have more bytes than it needs, as BER allows.
fn split(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(((*tag, content), rest))
}
