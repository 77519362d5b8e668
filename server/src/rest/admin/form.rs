//! Bodies with optional fields, as a partial update has them.

use super::query::flag;
use crate::rest::{
    body::{Field, Fields, Kind, read_field},
    number,
    refusal::FieldErrors,
    reject::Rejection,
};

/// A body whose fields are read one by one. Errors are collected and returned together.
pub(super) struct Form<'f> {
    fields: &'f Fields,
    errors: FieldErrors,
}

impl<'f> Form<'f> {
    pub(super) fn of(fields: &'f Fields) -> Self {
        Self { fields, errors: FieldErrors::default() }
    }

    /// A required string.
    pub(super) fn text(&mut self, name: &str, kind: Kind) -> String {
        let read = read_field(self.fields.find(name), kind);
        self.noted(name, read).unwrap_or_default()
    }

    /// An optional string.
    pub(super) fn optional_text(&mut self, name: &str, kind: Kind) -> Option<String> {
        let value = self.fields.find(name)?;
        let read = read_field(Some(value), kind);
        self.noted(name, read)
    }

    /// An optional boolean (Django REST framework: `BooleanField`).
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let read = match self.fields.find(name)? {
            Field::Flag(value) => Ok(*value),
            Field::Text(text) => flag(text).ok_or("Must be a valid boolean."),
            Field::Number(written) => number_flag(written).ok_or("Must be a valid boolean."),
            Field::Null => Err("This field may not be null."),
            Field::Other => Err("Must be a valid boolean."),
        };
        self.noted(name, read)
    }

    fn noted<T>(&mut self, name: &str, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|message| self.errors.add(name, message)).ok()
    }

    /// Returns the collected errors.
    pub(super) fn check(self) -> Result<(), Rejection> {
        self.errors.check()
    }
}

/// Numbers equal to one or zero are true or false, in any notation.
fn number_flag(written: &str) -> Option<bool> {
    match number::text(written).as_str() {
        "1" | "1.0" => Some(true),
        "0" | "0.0" | "-0.0" => Some(false),
        _ => None,
    }
}
