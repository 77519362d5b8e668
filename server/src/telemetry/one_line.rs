//! Escapes control characters, so that a logged value stays on its line and cannot control a terminal.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FormatFields,
        format::{DefaultFields, Writer},
    },
};

/// Formats fields as usual, with line breaks and control characters escaped.
pub(super) struct OneLine;

impl<'w> FormatFields<'w> for OneLine {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        if let Some(text) = PlainTexts::of(&writer, &fields) {
            return writer.write_str(&text);
        }
        let mut text = String::new();
        DefaultFields::new().format_fields(Writer::new(&mut text), fields)?;
        for character in text.chars() {
            if ends_or_controls(character) {
                write!(writer, "{}", character.escape_default())?;
            } else {
                writer.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Fields that are all plain strings, as nearly every request has. They are written at once; other fields take the
/// general path.
struct PlainTexts(Option<String>);

impl PlainTexts {
    fn of(writer: &Writer<'_>, fields: &impl RecordFields) -> Option<String> {
        let mut texts = Self((!writer.has_ansi_escapes()).then(|| String::with_capacity(128)));
        fields.record(&mut texts);
        texts.0
    }
}

impl Visit for PlainTexts {
    fn record_str(&mut self, field: &Field, value: &str) {
        // No early exit, so the loop vectorises.
        let is_plain = value.bytes().fold(true, |plain, byte| plain & is_plain(byte));
        let is_named = field.name() != "message" && !field.name().starts_with("r#");
        let Some(text) = self.0.as_mut().filter(|_| is_plain && is_named) else {
            self.0 = None;
            return;
        };
        let space = if text.is_empty() { "" } else { " " };
        for part in [space, field.name(), "=\"", value, "\""] {
            text.push_str(part);
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {
        self.0 = None;
    }
}

/// Whether the byte needs no escaping.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Control characters, line and paragraph separators, and bidirectional formatting characters.
fn ends_or_controls(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{fmt, layer::SubscriberExt, registry};

    use super::OneLine;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] io::Error);

    fn written(log: impl FnOnce()) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let lines = fmt::layer().with_writer(move || writer.clone()).with_ansi(false).fmt_fields(OneLine);
        tracing::subscriber::with_default(registry().with(lines), log);
        let bytes = paper.0.lock().expect("no panic").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn no_value_starts_a_line_or_controls_a_terminal() {
        let evil = "x\r\n2026-01-01T00:00:00Z  INFO all is well\u{1b}[2J\u{9b}2J\u{85}\u{2028}\u{202e}\u{7}";
        let line = written(|| {
            let _span = tracing::error_span!("request", text = evil, shown = %evil, debugged = ?evil).entered();
            let error = io::Error::other(evil);
            tracing::error!(error = &error as &dyn std::error::Error, %evil, "said {evil}");
        });
        assert_eq!(line.matches('\n').count(), 1, "{line:?}");
        assert!(line.ends_with('\n'));
        let rest = line.trim_end_matches('\n');
        assert!(rest.chars().all(|c| !super::ends_or_controls(c)), "{rest:?}");
        assert!(rest.matches("all is well").count() >= 6, "and nothing is lost: {rest:?}");
    }

    #[test]
    fn plain_strings_are_formatted_like_other_fields() {
        let plain = written(|| {
            let _span = tracing::error_span!("request", method = "GET", path = "/a b", empty = "").entered();
            tracing::error!("failed");
        });
        assert!(plain.contains(r#"request{method="GET" path="/a b" empty=""}: "#), "{plain}");
        let other = written(|| {
            let _span = tracing::error_span!("request", method = "GET", path = "/\"\\").entered();
            tracing::error!(answer = 42, "failed");
        });
        assert!(
            other.contains(r#"request{method="GET" path="/\"\\"}: "#) && other.contains("failed answer=42"),
            "{other}"
        );
    }

    #[test]
    fn the_causes_of_an_error_are_logged() {
        let line = written(|| {
            let error = Outer(io::Error::other("inner"));
            tracing::error!(error = &error as &dyn std::error::Error, "failed");
        });
        assert!(line.contains("failed error=outer") && line.contains("inner"), "{line}");
    }
}
