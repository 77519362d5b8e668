//! The report of an import.

use std::collections::BTreeMap;

use crate::token::TokenError;

/// The number of examples per reason in a report.
const MAX_EXAMPLES: usize = 3;

/// The change of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The row was new and was added.
    Added,
    /// The row existed and was updated.
    Updated,
    /// The row existed with the same values.
    Unchanged,
    /// The row was skipped.
    Skipped,
}

/// The reason a row or a field was skipped, or a remark for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reason {
    /// The user id belongs to a user who was created here.
    #[error("skipped: the user id belongs to a user who was created here")]
    IdTaken,
    /// The username belongs to another user here.
    #[error("skipped: another user here has the username")]
    UsernameTaken,
    /// The e-mail address belongs to another user here, and tokens identify users by it.
    #[error("skipped: another user here has the e-mail address")]
    EmailTaken,
    /// The new e-mail address belongs to another user here, and tokens identify users by it.
    #[error("kept the old e-mail address: another user here has the new one")]
    EmailChangedToTaken,
    /// The new username belongs to another user here.
    #[error("kept the old username: another user here has the new one")]
    UsernameChangedToTaken,
    /// The user was imported earlier and then deleted here.
    #[error("skipped: it was deleted here")]
    DeletedHere,
    /// The username is empty.
    #[error("skipped: the username is empty")]
    NoUsername,
    /// The username contains U+0000, which no sign-in accepts and PostgreSQL does not store.
    #[error("skipped: the username contains a null character; rename the user there and import again")]
    NulInUsername,
    /// The e-mail address contains U+0000.
    #[error("imported without the e-mail address, which contains a null character")]
    NulInEmail,
    /// The row cannot be read.
    #[error("skipped: the row cannot be read")]
    Unreadable,
    /// The password was changed on both sides.
    #[error("kept the password, which was changed here")]
    PasswordChangedHere,
    /// Another field was changed on both sides.
    #[error("kept username, e-mail address or permissions, which were changed here")]
    DetailsChangedHere,
    /// The user has no password.
    #[error("has no password")]
    NoPassword,
    /// The password hash has an unknown format.
    #[error("has a password hash of an unknown format; set a new password with `hallpass changepassword`")]
    UnknownHash,
    /// The token has expired.
    #[error("skipped: it has expired")]
    Expired,
    /// The token's user id belongs to a user who was created here, whose account the token would open.
    #[error("blacklisted: its user id belongs to a user who was created here")]
    UserCreatedHere,
    /// The token's user was deleted there; the id may be assigned to another user here.
    #[error("blacklisted: its user was deleted there")]
    UserDeleted,
}

/// The outcome for one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The change.
    pub change: Change,
    /// Remarks.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// An outcome without remarks.
    pub fn of(change: Change) -> Self {
        Self { change, reasons: Vec::new() }
    }

    /// A skipped row.
    pub fn skipped(reason: Reason) -> Self {
        Self { change: Change::Skipped, reasons: vec![reason] }
    }
}

/// The totals of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Added rows.
    pub added: u64,
    /// Updated rows.
    pub updated: u64,
    /// Unchanged rows.
    pub unchanged: u64,
    /// Skipped rows.
    pub skipped: u64,
    /// Remarks.
    pub reasons: BTreeMap<Reason, Examples>,
}

/// The number of rows with a remark, and examples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// The number.
    pub count: u64,
    /// The names of the first rows.
    pub names: Vec<String>,
}

impl Tally {
    /// Counts a row; `name` identifies it for the operator.
    pub fn count(&mut self, name: &str, outcome: &Outcome) {
        match outcome.change {
            Change::Added => self.added += 1,
            Change::Updated => self.updated += 1,
            Change::Unchanged => self.unchanged += 1,
            Change::Skipped => self.skipped += 1,
        }
        for reason in &outcome.reasons {
            self.note(name, *reason);
        }
    }

    /// Adds a remark about a row that is counted elsewhere.
    pub fn note(&mut self, name: &str, reason: Reason) {
        let examples = self.reasons.entry(reason).or_default();
        examples.count += 1;
        if examples.names.len() < MAX_EXAMPLES {
            examples.names.push(name.to_owned());
        }
    }
}

/// Whether tokens of the other database are valid here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFit {
    /// The newest token is.
    Good,
    /// The newest token is not: the key or the required claims differ.
    Refused(TokenError),
    /// There is no token.
    NoToken,
}

/// The result of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The users.
    pub users: Tally,
    /// The refresh tokens.
    pub tokens: Tally,
    /// The number of tokens that are blacklisted there.
    pub blacklisted: u64,
    /// Whether users stay signed in.
    pub fit: TokenFit,
}
