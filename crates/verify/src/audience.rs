//! The audience of tokens (RFC 7519 §4.1.3).

use serde_json::Value;

/// The audience to write into tokens and to require in them (Simple JWT: `AUDIENCE`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Written as a string.
    One(String),
    /// Written as an array. A token for any of them is accepted.
    Several(Vec<String>),
}

impl Audience {
    /// The claim's value.
    pub fn claim(&self) -> Value {
        match self {
            Self::One(name) => name.as_str().into(),
            Self::Several(names) => names.clone().into(),
        }
    }

    /// The names, at least one.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }

    /// Whether a token with this `aud` claim is accepted. Names are compared as a whole.
    pub fn is_in(&self, claim: Option<&Value>) -> bool {
        let is_ours = |value: &Value| self.names().iter().any(|name| value == name);
        match claim {
            Some(Value::Array(audiences)) => audiences.iter().all(Value::is_string) && audiences.iter().any(is_ours),
            Some(audience) => is_ours(audience),
            None => false,
        }
    }
}

impl From<&str> for Audience {
    fn from(name: &str) -> Self {
        Self::One(name.to_owned())
    }
}
