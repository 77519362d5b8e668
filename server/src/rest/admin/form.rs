//! Bodies of which some fields may be absent, as a partial update has them.

use serde_json::Value;

use super::query::flag;
use crate::rest::{
    body::{Fields, Kind, read_field},
    refusal::FieldErrors,
    reject::Rejection,
};

/// A body whose fields are taken one by one; what is wrong with them is told at once.
pub(super) struct Form<'f> {
    fields: &'f Fields,
    errors: FieldErrors,
}

impl<'f> Form<'f> {
    pub(super) fn of(fields: &'f Fields) -> Self {
        Self { fields, errors: FieldErrors::default() }
    }

    /// Text that has to be there.
    pub(super) fn text(&mut self, name: &str, kind: Kind) -> String {
        let read = read_field(self.fields.find(name), kind);
        self.noted(name, read).unwrap_or_default()
    }

    /// Text that may be absent.
    pub(super) fn optional_text(&mut self, name: &str, kind: Kind) -> Option<String> {
        let value = self.fields.find(name)?;
        let read = read_field(Some(value), kind);
        self.noted(name, read)
    }

    /// True or false, or absent (Django REST framework: `BooleanField`).
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let read = match self.fields.find(name)? {
            Value::Bool(value) => Ok(*value),
            Value::String(text) => flag(text).ok_or("Must be a valid boolean."),
            Value::Number(number) => flag(&number.to_string()).ok_or("Must be a valid boolean."),
            Value::Null => Err("This field may not be null."),
            Value::Array(_) | Value::Object(_) => Err("Must be a valid boolean."),
        };
        self.noted(name, read)
    }

    fn noted<T>(&mut self, name: &str, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|message| self.errors.add(name, message)).ok()
    }

    /// Nothing may be wrong.
    pub(super) fn check(self) -> Result<(), Rejection> {
        self.errors.check()
    }
}
