//! What a look at a database finds, for its operator. Nothing is changed by looking.

/// What was found of one thing. No part of it holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// How it is.
    pub health: Health,
    /// The same in one sentence.
    pub sentence: String,
    /// What to do about it; empty when there is nothing to do.
    pub advice: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, and may not be as it was meant.
    Doubtful,
    /// It does not work, or is not safe.
    Bad,
}

impl Finding {
    /// All is well.
    pub fn good(subject: &'static str, sentence: impl Into<String>) -> Self {
        Self { subject, health: Health::Good, sentence: sentence.into(), advice: String::new() }
    }

    /// Look again.
    pub fn doubtful(subject: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, health: Health::Doubtful, sentence: sentence.into(), advice: advice.into() }
    }

    /// Mend it.
    pub fn bad(subject: &'static str, sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, health: Health::Bad, sentence: sentence.into(), advice: advice.into() }
    }
}
