//! The fields of a body, read by the rules of Django REST framework's `CharField` and `BooleanField`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{number, refusal::FieldErrors, reject::Rejection};

/// A parsed body of any format. Fields are read one by one. Errors are collected and returned together.
pub(super) struct Fields {
    values: BTreeMap<String, Field>,
    errors: FieldErrors,
}

/// A field of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Field {
    Null,
    Flag(bool),
    Text(String),
    /// A number as it was written.
    Number(String),
    /// A list, an object or a file.
    Other,
}

/// The rules by which `CharField` reads a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Surrounding white space is removed.
    Text,
    /// White space is kept.
    Verbatim,
    /// The field may be absent or blank.
    Optional,
}

impl FromIterator<(String, Field)> for Fields {
    /// The last value of a name wins.
    fn from_iter<I: IntoIterator<Item = (String, Field)>>(fields: I) -> Self {
        Self { values: fields.into_iter().collect(), errors: FieldErrors::default() }
    }
}

impl Fields {
    /// Reads strings.
    ///
    /// # Errors
    /// The errors of all fields.
    pub(super) fn read<const N: usize>(mut self, wanted: [(&str, Kind); N]) -> Result<[String; N], Rejection> {
        let values = wanted.map(|(name, kind)| self.text(name, kind));
        self.check().map(|()| values)
    }

    /// A string.
    pub(super) fn text(&mut self, name: &str, kind: Kind) -> String {
        let read = match self.values.get(name) {
            Some(value) => value.text(kind),
            None if kind == Kind::Optional => Ok(String::new()),
            None => Err("This field is required."),
        };
        self.noted(name, read).unwrap_or_default()
    }

    /// A string, if the body has the field.
    pub(super) fn optional_text(&mut self, name: &str, kind: Kind) -> Option<String> {
        let read = self.values.get(name)?.text(kind);
        self.noted(name, read)
    }

    /// A boolean, if the body has the field.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let read = self.values.get(name)?.flag();
        self.noted(name, read)
    }

    fn noted<T>(&mut self, name: &str, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|message| self.errors.add(name, message)).ok()
    }

    /// Checks that there are no errors.
    ///
    /// # Errors
    /// All collected errors.
    pub(super) fn check(self) -> Result<(), Rejection> {
        self.errors.check()
    }
}

impl Field {
    /// Parses a JSON value.
    pub(super) fn parse(value: &RawValue) -> serde_json::Result<Self> {
        let written = value.get();
        Ok(match written {
            "null" => Self::Null,
            "true" => Self::Flag(true),
            "false" => Self::Flag(false),
            _ if written.starts_with('"') => Self::Text(serde_json::from_str(written)?),
            _ if written.starts_with(['[', '{']) => Self::Other,
            _ => Self::Number(written.to_owned()),
        })
    }

    fn text(&self, kind: Kind) -> Result<String, &'static str> {
        let text = match self {
            Self::Null => return Err("This field may not be null."),
            Self::Text(text) => text.clone(),
            Self::Number(written) => number::text(written),
            Self::Flag(_) | Self::Other => return Err("Not a valid string."),
        };
        let trimmed = text.trim();
        if trimmed.is_empty() && kind != Kind::Optional {
            return Err("This field may not be blank.");
        }
        if text.contains('\0') {
            return Err("Null characters are not allowed.");
        }
        Ok(if kind == Kind::Verbatim { text } else { trimmed.to_owned() })
    }

    fn flag(&self) -> Result<bool, &'static str> {
        let found = match self {
            Self::Null => return Err("This field may not be null."),
            Self::Flag(value) => Some(*value),
            Self::Text(text) => flag(text),
            // Numbers equal to one or zero are true or false, in any notation.
            Self::Number(written) => match number::text(written).as_str() {
                "1" | "1.0" => Some(true),
                "0" | "0.0" | "-0.0" => Some(false),
                _ => None,
            },
            Self::Other => None,
        };
        found.ok_or("Must be a valid boolean.")
    }
}

/// Parses the spellings of true and false.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}
