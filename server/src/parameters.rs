//! Header values with parameters, such as media types (RFC 9110 §5.6.6) and `Content-Disposition` (RFC 6266): white
//! space around semicolons, empty parameters, quoted strings, and names in any case.

use std::borrow::Cow;

/// A header value with its parameters: `text/html; charset=utf-8`. Malformed parameters are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameterized<'h> {
    value: &'h str,
    parameters: &'h str,
}

impl<'h> Parameterized<'h> {
    /// Splits a header value from its parameters.
    pub fn parse(text: &'h str) -> Self {
        let (value, parameters) = text.split_once(';').unwrap_or((text, ""));
        Self { value: value.trim(), parameters }
    }

    /// The value before the parameters, in the client's letter case.
    pub const fn value(&self) -> &'h str {
        self.value
    }

    /// Whether that is the value, in any letter case.
    pub const fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    /// The value of a parameter, unquoted. Of several with that name, the last one counts, as in Django.
    pub fn parameter(&self, name: &str) -> Option<Cow<'h, str>> {
        let named = |part: &'h str| {
            let (found, value) = part.split_once('=')?;
            found.trim().eq_ignore_ascii_case(name).then(|| unquoted(value.trim()))
        };
        Parts(self.parameters).filter_map(named).last()
    }

    /// Whether text of this media type is in UTF-8, which it is when it does not say.
    pub fn is_utf_8(&self) -> bool {
        let charset = self.parameter("charset");
        charset.is_none_or(|name| ["utf-8", "utf8"].iter().any(|utf_8| name.eq_ignore_ascii_case(utf_8)))
    }
}

/// The text between semicolons that are not in quotes.
struct Parts<'h>(&'h str);

impl<'h> Iterator for Parts<'h> {
    type Item = &'h str;

    fn next(&mut self) -> Option<&'h str> {
        if self.0.is_empty() {
            return None;
        }
        let (mut is_quoted, mut is_escaped) = (false, false);
        let end = self.0.bytes().position(|byte| {
            let is_plain = !std::mem::take(&mut is_escaped);
            is_escaped = is_plain && is_quoted && byte == b'\\';
            is_quoted ^= is_plain && byte == b'"';
            byte == b';' && !is_quoted
        });
        let (part, rest) = end.map_or((self.0, ""), |end| (&self.0[..end], &self.0[end + 1..]));
        self.0 = rest;
        Some(part)
    }
}

/// A token as it is, or what a quoted string says (RFC 9110 §5.6.4).
fn unquoted(value: &str) -> Cow<'_, str> {
    let Some(quoted) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.into();
    };
    if !quoted.contains('\\') {
        return quoted.into();
    }
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::Parameterized;

    #[test]
    fn white_space_and_empty_parameters_around_semicolons_mean_nothing() {
        for text in [
            "text/html;charset=utf-8",
            "TEXT/html ; Charset=utf-8",
            "text/html\t;\tcharset=\"utf-8\"",
            " text/html;;charset=utf-8;",
            "text/html; x; y=\"a;charset=z\\\";\"; CHARSET=\"utf\\-8\" ; ",
        ] {
            let parsed = Parameterized::parse(text);
            assert!(parsed.is("text/html"), "{text}");
            assert_eq!(parsed.parameter("charset").as_deref(), Some("utf-8"), "{text}");
        }
    }

    #[test]
    fn of_parameters_with_one_name_the_last_counts() {
        let parsed = Parameterized::parse("form-data; name=a; name=\"\u{fc} b\"");
        assert_eq!(parsed.parameter("name").as_deref(), Some("\u{fc} b"));
    }

    #[test]
    fn malformed_parameters_are_skipped() {
        for text in ["", ";", "a;b", "a;=", "a;\"", "a;b=\"", "a; \"name\"=x", "a;name"] {
            assert_eq!(Parameterized::parse(text).parameter("name"), None, "{text}");
        }
    }
}
