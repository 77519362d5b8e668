//! The claims of a token, each as the JSON text that was signed. Numbers of another issuer keep their digits and their
//! spelling when they are copied from token to token.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};

use crate::timestamp::Timestamp;

/// The depth to which values may be nested, as in `serde_json`.
const MAX_DEPTH: usize = 127;

/// The last second of the year 9999.
const MAX_SECONDS: f64 = 253_402_300_799.0;

/// A claim that should be a date is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claim is not a NumericDate")]
pub struct InvalidDate;

/// Claims by name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Claims(BTreeMap<String, Box<RawValue>>);

impl Claims {
    /// Reads a JSON object in UTF-8. Of duplicate names, the last counts (RFC 7519 §4). Returns `None` for anything else,
    /// and for values that are nested too deeply.
    pub fn parse(json: &[u8]) -> Option<Self> {
        let claims: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(json).ok()?;
        (!claims.values().any(|value| is_too_deep(value.get()))).then_some(Self(claims))
    }

    /// Whether a claim with this name exists.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Finds a claim as JSON text.
    pub fn written(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(Box::as_ref)
    }

    /// Finds a claim as a value. `None` also for a number that `f64` cannot hold.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.written(name).and_then(|written| serde_json::from_str(written.get()).ok())
    }

    /// Finds a claim that is text.
    pub fn text(&self, name: &str) -> Option<String> {
        let written = self.written(name)?.get();
        written.starts_with('"').then(|| serde_json::from_str(written).ok()).flatten()
    }

    /// Finds a claim that is a `NumericDate` (RFC 7519 §2): a JSON number, whole or not.
    ///
    /// # Errors
    /// When the claim is of another type, which is not the same as absent (CVE-2026-25537), or beyond the year 9999.
    pub fn date(&self, name: &str) -> Result<Option<Timestamp>, InvalidDate> {
        let Some(written) = self.written(name) else { return Ok(None) };
        // Of all JSON values, only numbers parse as numbers in Rust.
        let seconds: f64 = written.get().parse().map_err(|_| InvalidDate)?;
        if seconds.abs() <= MAX_SECONDS { Ok(Some(from_seconds(seconds))) } else { Err(InvalidDate) }
    }

    /// All claims as values, without numbers that `f64` cannot hold.
    pub fn values(&self) -> Map<String, Value> {
        self.0.keys().filter_map(|name| Some((name.clone(), self.value(name)?))).collect()
    }

    /// The claims by name, as JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_ref()))
    }

    /// Adds or replaces a claim.
    pub fn insert(&mut self, name: String, value: &Value) {
        self.0.insert(name, to_raw_value(value).expect("a JSON value is JSON"));
    }

    /// Removes a claim.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// A copy without the claims of these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let others = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Self(others.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

impl From<Map<String, Value>> for Claims {
    fn from(values: Map<String, Value>) -> Self {
        let mut claims = Self::default();
        for (name, value) in values {
            claims.insert(name, &value);
        }
        claims
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        let written = |claims: &Self| -> Vec<_> {
            claims.iter().map(|(name, value)| (name.to_owned(), value.get().to_owned())).collect()
        };
        written(self) == written(other)
    }
}

impl Eq for Claims {}

#[expect(clippy::cast_possible_truncation, reason = "within a four-digit year, milliseconds fit")]
fn from_seconds(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1000.0).floor() as i64)
}

/// Whether lists and objects are nested deeper than [`MAX_DEPTH`].
fn is_too_deep(written: &str) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    written.starts_with(['[', '{'])
        && written.bytes().any(|byte| {
            if is_text {
                is_text = byte != b'"' || is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                return false;
            }
            match byte {
                b'"' => is_text = true,
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            depth > MAX_DEPTH
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Claims, MAX_DEPTH};

    fn parse(json: &str) -> Claims {
        Claims::parse(json.as_bytes()).unwrap_or_else(|| panic!("{json}"))
    }

    #[test]
    fn numbers_are_kept_as_they_were_written() {
        let digits = "1234567890".repeat(40);
        for number in
            ["12345678901234567890123", &digits, "1.0", "1e5", "1E+5", "-0", "-0.0", "1e400", "0.10", "-1e-400"]
        {
            for json in [format!(r#"{{"x":{number}}}"#), format!(r#"{{"x":{{"y":[{number}]}}}}"#)] {
                assert_eq!(serde_json::to_string(&parse(&json)).expect("JSON"), json);
            }
        }
    }

    #[test]
    fn the_last_of_duplicate_claims_counts() {
        assert_eq!(parse(r#"{"x":1,"\u0078":2}"#).value("x"), Some(json!(2)));
    }

    #[test]
    fn only_an_object_in_utf8_has_claims() {
        let deep = |depth| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(Claims::parse(deep(MAX_DEPTH).as_bytes()).is_some());
        let too_deep = deep(MAX_DEPTH + 1);
        let wide = format!(r#"{{"x":[{}"\"[",0]}}"#, "[],".repeat(1000));
        assert!(Claims::parse(wide.as_bytes()).is_some());
        for json in ["", "[]", "null", "{", r#"{"x":01}"#, r#"{"x":NaN}"#, r#"{"x":1}}"#, &too_deep] {
            assert!(Claims::parse(json.as_bytes()).is_none(), "{json}");
        }
        assert!(Claims::parse(b"{\"x\":\"\xff\"}").is_none());
    }

    #[test]
    fn a_claim_is_read_as_a_value_if_it_has_one() {
        let claims = parse(r#"{"text":"a","number":1.5,"large":1e400,"list":["a"],"null":null}"#);
        assert_eq!(claims.text("text").as_deref(), Some("a"));
        for name in ["number", "large", "list", "null", "none"] {
            assert_eq!(claims.text(name), None, "{name}");
        }
        let values = json!({ "text": "a", "number": 1.5, "list": ["a"], "null": null });
        assert_eq!(values, Value::Object(claims.values()));
        assert!(claims.has("large") && !claims.has("none"));
    }

    #[test]
    fn claims_are_replaced_and_removed_by_name() {
        let mut claims = Claims::from(Map::from_iter([("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]));
        claims.insert("a".to_owned(), &json!("x"));
        assert_eq!(claims, parse(r#"{"a":"x","b":2}"#));
        assert_eq!(claims.without(&["a", "none"]), parse(r#"{"b":2}"#));
        claims.remove("b");
        assert_eq!(claims, parse(r#"{"a":"x"}"#));
    }
}
