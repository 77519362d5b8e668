//! Import of users and refresh tokens from another database, such as a Django project's, with the same ids. An import
//! can be repeated: a field that was changed on both sides keeps the value from here. Token texts are never stored.

mod report;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{
    clock::Timestamp,
    id::{Jti, UserId},
    store::{Ending, StoreError},
    user::UserIdField,
};
pub use report::{Change, Examples, ImportReport, Outcome, Reason, Tally, TokenFit};

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
