//! Moving in: users and refresh tokens of another database, such as a Django project's, that keeps the
//! same things under the same numbers. It can be done again, so there is a rule for what has changed on
//! both sides: what was changed here stays. No text of a token is kept.

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{
    clock::Timestamp,
    id::{Jti, UserId},
    store::{Ending, StoreError},
    token::TokenFault,
    user::UserIdField,
};

/// How many examples a report gives of each reason.
const MAX_EXAMPLES: usize = 3;

/// A user of another database. The texts are as they stand there.
#[derive(Clone, Debug)]
pub struct ForeignUser {
    /// The number, which is kept: tokens name it.
    pub id: UserId,
    /// The name it signs in with.
    pub username: String,
    /// May be empty.
    pub email: String,
    /// The hash, as it is.
    pub password: SecretString,
    /// Whether it may be used.
    pub is_active: bool,
    /// Whether it may enter the administration.
    pub is_staff: bool,
    /// Whether it may do everything there.
    pub is_superuser: bool,
    /// When it was made, where that is kept.
    pub date_joined: Option<Timestamp>,
    /// The last sign-in, when that is kept.
    pub last_login: Option<Timestamp>,
}

/// A refresh token of another database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignToken {
    /// Its name.
    pub jti: Jti,
    /// Whose, unless the user is gone.
    pub user: Option<UserId>,
    /// Its `iat`, where it is kept.
    pub created_at: Option<Timestamp>,
    /// Its `exp`.
    pub expires_at: Timestamp,
    /// When it was spent or taken back, if it was.
    pub blacklisted_at: Option<Timestamp>,
}

/// Some rows of a table, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Each row, or which one cannot be read and why.
    pub rows: Vec<Result<T, String>>,
    /// Where the next page begins; `None` when this was the last one.
    pub next: Option<i64>,
}

/// The other database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the database to import cannot be read: {0}")]
pub struct SourceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Another database, read and never written.
#[async_trait]
pub trait Source: Send {
    /// Up to `limit` users whose numbers come after one.
    async fn users(&mut self, after: i64, limit: u16) -> Result<Page<ForeignUser>, SourceError>;

    /// Up to `limit` refresh tokens whose rows come after one.
    async fn tokens(&mut self, after: i64, limit: u16) -> Result<Page<ForeignToken>, SourceError>;

    /// The highest number that was ever given to a user there, deleted ones included.
    async fn highest_user_number(&mut self) -> Result<Option<i64>, SourceError>;

    /// The refresh token that was issued last, to see whether it is good here.
    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError>;
}

/// Whether an import takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// It does.
    Commit,
    /// Each batch is carried out and taken back, to see what it would come to.
    Rehearse,
}

/// What the store needs to know besides the rows.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whether it takes place.
    pub mode: ImportMode,
    /// What of a user stands in its tokens (`USER_ID_FIELD`): an e-mail address that does is unique.
    pub naming: UserIdField,
    /// How the sessions of a user end who was deactivated or given another password there.
    pub ending: Ending,
}

/// Why an import stopped. The batches before it stand, and it can be run again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The other database failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Ours did.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not here, and is now.
    Added,
    /// It was here, and is now as it is there.
    Updated,
    /// Nothing was to be done.
    Unchanged,
    /// It was not brought.
    Left,
}

/// Why a row, or something in it, was left; or what an operator should know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reason {
    /// Its number is that of a user who was made here.
    #[error("left, because the number belongs to a user who was made here")]
    NumberTaken,
    /// Its name is.
    #[error("left, because another user here has the name")]
    NameTaken,
    /// Another user has its e-mail address, by which tokens name their user.
    #[error("left, because another user here has the e-mail address")]
    EmailTaken,
    /// Another user has its new e-mail address, by which tokens name their user.
    #[error("the old e-mail address kept, because another user here has the new one")]
    EmailChangedToTaken,
    /// Its new name is.
    #[error("the old name kept, because another user here has the new one")]
    RenamedToTaken,
    /// It was brought once and deleted here.
    #[error("left, because it was deleted here since")]
    DeletedHere,
    /// It has no name to sign in with.
    #[error("left, because there is no name")]
    NoName,
    /// Its name has a U+0000, which no sign-in takes and PostgreSQL does not store.
    #[error("left, because the name has a null character; rename the user there and import again")]
    NulInName,
    /// Its e-mail address has a U+0000.
    #[error("brought without the e-mail address, because it has a null character")]
    NulInEmail,
    /// The row makes no sense.
    #[error("left, because the row cannot be read")]
    Unreadable,
    /// The password was changed on both sides.
    #[error("the password was changed here since and stays")]
    PasswordChangedHere,
    /// Another field was.
    #[error("name, address or rights were changed here since and stay")]
    DetailsChangedHere,
    /// There is no password to check.
    #[error("no password to sign in with, as before")]
    NoPassword,
    /// The hash is of no kind that can be checked.
    #[error("a password hash that cannot be checked here; set a new one with `hallpass changepassword`")]
    UnknownHash,
    /// The token is of no use to anybody.
    #[error("left, because it has expired")]
    Expired,
    /// The token's user has the number of a user who was made here, whose account it would open.
    #[error("blacklisted here, because the number of its user belongs to a user who was made here")]
    OfAnotherUser,
    /// The token's user was deleted there; the number that it names may be given to somebody here.
    #[error("blacklisted here, because its user was deleted there")]
    OfNobody,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What happened to it.
    pub change: Change,
    /// What is to be said of it.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// Brought, or found as it should be, with nothing to be said.
    pub fn of(change: Change) -> Self {
        Self { change, reasons: Vec::new() }
    }

    /// Not brought.
    pub fn left(reason: Reason) -> Self {
        Self { change: Change::Left, reasons: vec![reason] }
    }
}

/// What became of the rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were brought.
    pub added: u64,
    /// How many were brought up to date.
    pub updated: u64,
    /// How many were here already.
    pub unchanged: u64,
    /// How many were left.
    pub left: u64,
    /// What is to be said of them.
    pub reasons: BTreeMap<Reason, Examples>,
}

/// How many rows a reason holds for, and some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// How many.
    pub count: u64,
    /// The first of them, by name.
    pub names: Vec<String>,
}

impl Tally {
    /// Counts a row in; `name` is how an operator finds it.
    pub fn count(&mut self, name: &str, outcome: &Outcome) {
        match outcome.change {
            Change::Added => self.added += 1,
            Change::Updated => self.updated += 1,
            Change::Unchanged => self.unchanged += 1,
            Change::Left => self.left += 1,
        }
        for reason in &outcome.reasons {
            self.note(name, *reason);
        }
    }

    /// Says something of a row that is counted elsewhere.
    pub fn note(&mut self, name: &str, reason: Reason) {
        let examples = self.reasons.entry(reason).or_default();
        examples.count += 1;
        if examples.names.len() < MAX_EXAMPLES {
            examples.names.push(name.to_owned());
        }
    }
}

/// Whether the tokens of the other database are good here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFit {
    /// The newest one is.
    Good,
    /// It is not: the key or what tokens must say is another.
    Refused(TokenFault),
    /// There is none.
    NoToken,
}

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The users.
    pub users: Tally,
    /// The refresh tokens.
    pub tokens: Tally,
    /// How many of the tokens are blacklisted there.
    pub blacklisted: u64,
    /// Whether their holders stay signed in.
    pub fit: TokenFit,
}

/// What an import makes of a field: it follows the other side until it is changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Nothing was changed there since the last import, or both sides agree: it stays.
    Keep,
    /// It was changed there alone.
    Take,
    /// It was changed on both sides: it stays as it is here, and that is said.
    Conflict,
}

impl Merge {
    /// Decides for a field that was `before` at the last import.
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
    fn a_field_follows_the_other_side_until_it_is_changed_here() {
        assert_eq!(Merge::decide(&1, &1, &1), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &1), Merge::Take);
        assert_eq!(Merge::decide(&1, &1, &2), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &2), Merge::Keep);
        assert_eq!(Merge::decide(&1, &2, &3), Merge::Conflict);
    }

    #[test]
    fn a_tally_counts_everything_and_names_a_few() {
        let mut tally = Tally::default();
        for name in ["a", "b", "c", "d"] {
            tally.count(name, &Outcome::left(Reason::NameTaken));
        }
        tally.count("e", &Outcome::of(Change::Added));
        let examples = &tally.reasons[&Reason::NameTaken];
        assert_eq!((tally.added, tally.left, examples.count, examples.names.len()), (1, 4, 4, 3));
    }
}
