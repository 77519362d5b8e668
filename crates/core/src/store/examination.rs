//! Findings of `hallpass doctor`. An examination changes nothing.

use serde::Serialize;

/// The result of one check. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The subject of the check, in a word or two.
    pub subject: &'static str,
    /// The result.
    pub health: Health,
    /// The result in one sentence.
    pub sentence: String,
    /// Advice for the operator. Empty if there is nothing to do.
    pub advice: String,
}

/// The result of a check, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Health {
    /// As it should be.
    #[serde(rename = "green")]
    Good,
    /// It works, but may not be intended.
    #[serde(rename = "yellow")]
    Doubtful,
    /// It does not work or is not safe.
    #[serde(rename = "red")]
    Bad,
}

impl Finding {
    /// A check that passed.
    pub fn good(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { subject, health: Health::Good, sentence: sentence.into(), advice: String::new() }
    }

    /// A check that found something to review.
    pub fn doubtful(subject: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, health: Health::Doubtful, sentence: sentence.into(), advice: advice.into() }
    }

    /// A check that failed.
    pub fn bad(subject: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, health: Health::Bad, sentence: sentence.into(), advice: advice.into() }
    }
}
