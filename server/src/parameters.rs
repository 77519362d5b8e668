//! Header values with parameters, such as media types (RFC 9110 §5.6.6) and `Content-Disposition` (RFC 6266). Accepts
//! white space around semicolons, empty parameters, quoted strings, and names in any case.

use std::borrow::Cow;

/// A header value with its parameters: `text/html; charset=utf-8`. Malformed parameters are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameterized<'h> {
    value: &'h str,
    parameters: &'h str,
}

impl<'h> Parameterized<'h> {
    /// Splits a header value from its parameters.
    pub(crate) fn parse(text: &'h str) -> Self {
        let (value, parameters) = text.split_once(';').unwrap_or((text, ""));
        Self { value: value.trim(), parameters }
    }

    /// The value before the parameters, in the client's letter case.
    pub(crate) const fn value(&self) -> &'h str {
        self.value
    }

    /// Compares the value, ignoring case.
    pub(crate) const fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    /// The value of a parameter, unquoted. The last one of the same name wins, as in Django.
    pub(crate) fn parameter(&self, name: &str) -> Option<Cow<'h, str>> {
        let named = |part: &'h str| {
            let (found, value) = part.split_once('=')?;
            found.trim().eq_ignore_ascii_case(name).then(|| unquoted(value.trim()))
        };
        Parts(self.parameters).filter_map(named).last()
    }

    /// Whether the charset is UTF-8, which is the default.
    pub(crate) fn is_utf_8(&self) -> bool {
        let charset = self.parameter("charset");
        charset.is_none_or(|name| ["utf-8", "utf8"].iter().any(|utf_8| name.eq_ignore_ascii_case(utf_8)))
    }
}

/// Splits at semicolons outside of quotes.
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

/// The content of a quoted string (RFC 9110 §5.6.4), or the token itself.
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
    fn white_space_and_empty_parameters_are_ignored() {
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
    fn the_last_parameter_of_a_name_wins() {
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
