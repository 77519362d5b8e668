//! Import of users and refresh tokens from another database, such as a Django project's, with the same ids. An import
//! can be repeated: a field that was changed on both sides keeps the value from here. Token texts are never stored.

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{
    clock::Timestamp,
    id::{Jti, UserId},
    store::{Ending, StoreError},
    token::TokenError,
    user::UserIdField,
};

/// The number of examples per reason in a report.
const MAX_EXAMPLES: usize = 3;

/// A user in the other database, with the texts as stored there.
#[derive(Clone, Debug)]
pub struct ForeignUser {
    /// The user id, which is kept: tokens carry it.
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The e-mail address; may be empty.
    pub email: String,
    /// The password hash.
    pub password: SecretString,
    /// Whether the account can be used.
    pub is_active: bool,
    /// Whether the user can use the administration.
    pub is_staff: bool,
    /// Whether the user has every permission there.
    pub is_superuser: bool,
    /// Time when the account was created, if recorded.
    pub date_joined: Option<Timestamp>,
    /// The last sign-in, if recorded.
    pub last_login: Option<Timestamp>,
}

/// A refresh token in the other database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignToken {
    /// The `jti`.
    pub jti: Jti,
    /// The user, if it still exists.
    pub user: Option<UserId>,
    /// The `iat`, if recorded.
    pub created_at: Option<Timestamp>,
    /// The `exp`.
    pub expires_at: Timestamp,
    /// Time when it was blacklisted, if it was.
    pub blacklisted_at: Option<Timestamp>,
}

/// One page of a table, in order of id.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows; an error names a row that cannot be read and says why.
    pub rows: Vec<Result<T, String>>,
    /// The start of the next page; `None` after the last.
    pub next: Option<i64>,
}

/// The other database failed.
#[derive(Debug, thiserror::Error)]
#[error("the database to import cannot be read: {0}")]
pub struct SourceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The other database, which is read and never written.
#[async_trait]
pub trait Source: Send {
    /// Reads up to `limit` users with ids greater than `after`.
    async fn users(&mut self, after: i64, limit: u16) -> Result<Page<ForeignUser>, SourceError>;

    /// Reads up to `limit` refresh tokens with row ids greater than `after`.
    async fn tokens(&mut self, after: i64, limit: u16) -> Result<Page<ForeignToken>, SourceError>;

    /// The highest user id ever assigned there, including deleted users.
    async fn highest_user_id(&mut self) -> Result<Option<i64>, SourceError>;

    /// The newest refresh token, to check whether it is valid here.
    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError>;
}

/// Whether an import is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Commit each batch.
    Commit,
    /// Roll back each batch after reporting what it would do.
    Rehearse,
}

/// The parameters of an import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whether it is committed.
    pub mode: ImportMode,
    /// The user field that tokens carry (`USER_ID_FIELD`). With `email`, the e-mail address must be unique.
    pub user_id_field: UserIdField,
    /// The end of sessions whose user was deactivated there or got another password.
    pub ending: Ending,
}

/// An import failed. Earlier batches stay, and it can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The other database failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

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

/// The decision about a field: it follows the other database until it is changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Unchanged there since the last import, or equal on both sides: keep the value.
    Keep,
    /// Changed only there: take the new value.
    Take,
    /// Changed on both sides: keep the value and report it.
    Conflict,
}

impl Merge {
    /// Decides about a field with the value `before` at the last import.
    pub fn decide<T: PartialEq>(before: &T, there: &T, here: &T) -> Self {
        if there == before || there == here {
            Self::Keep
        } else if here == before {
            Self::Take
        } else {
            Self::Conflict
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Merge, Outcome, Reason, Tally};

    #[test]
    fn a_field_follows_the_other_database_until_it_is_changed_here() {
        assert_eq!(Merge::decide(&1, &1, &1), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &1), Merge::Take);
        assert_eq!(Merge::decide(&1, &1, &2), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &2), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &3), Merge::Conflict);
    }

    #[test]
    fn a_tally_counts_every_row_and_names_a_few() {
        let mut tally = Tally::default();
        for name in ["a", "b", "c", "d"] {
            tally.count(name, &Outcome::skipped(Reason::UsernameTaken));
        }
        tally.count("e", &Outcome::of(Change::Added));
        let examples = &tally.reasons[&Reason::UsernameTaken];
        assert_eq!((tally.added, tally.skipped, examples.count, examples.names.len()), (1, 4, 4, 3));
    }
}
