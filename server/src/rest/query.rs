//! Query filters, with the error messages of Django REST framework. The last value of a name wins; an empty value is
//! ignored.

use std::{collections::BTreeMap, str::FromStr};

use http::Uri;

use super::{fields::flag, refusal::FieldErrors, reject::Rejection};

/// The query of a request. Filters are read one by one. Errors are collected and returned together.
pub(super) struct Query {
    pub(super) values: BTreeMap<String, String>,
    errors: FieldErrors,
}

impl Query {
    /// Parses the query of a URL.
    pub(super) fn parse(uri: &Uri) -> Self {
        let values = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self { values: values.into_owned().collect(), errors: FieldErrors::default() }
    }

    /// The value of a name, unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A boolean in the spellings of Django REST framework's `BooleanField`.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.read(name, |text| flag(text).ok_or_else(|| "Must be a valid boolean.".to_owned()))
    }

    /// An integer.
    pub(super) fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.read(name, |text| text.parse().map_err(|_| "A valid integer is required.".to_owned()))
    }

    /// The result of `parse`. `None` is reported as an invalid choice.
    pub(super) fn choice<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.read(name, |text| parse(text).ok_or_else(|| format!("\"{text}\" is not a valid choice.")))
    }

    fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let parsed = parse(self.text(name)?);
        parsed.map_err(|message| self.refuse(name, message)).ok()
    }

    /// Adds an error for a filter.
    pub(super) fn refuse(&mut self, name: &str, message: String) {
        self.errors.add(name, message);
    }

    /// Checks that there are no errors.
    ///
    /// # Errors
    /// All collected errors.
    pub(super) fn check(&mut self) -> Result<(), Rejection> {
        std::mem::take(&mut self.errors).check()
    }
}
