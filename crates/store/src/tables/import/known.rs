//! The users that exist here under the ids of imported users.

use std::collections::HashMap;

use hallpass_core::{clock::Timestamp, id::UserId, import::ForeignUser, password::hash_digest};

use crate::{
    sql::{self, Connection, Row},
    tables::rows,
};

/// The fields of a user that a person can change: here, there, or there at the last import.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) username: String,
    pub(super) email: String,
    pub(super) is_active: bool,
    pub(super) is_staff: bool,
    pub(super) is_superuser: bool,
}

/// Fingerprints of the password hashes on both sides, which were equivalent at the last import.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Password {
    pub(super) there: String,
    pub(super) here: String,
}

/// A user who was imported before, with the current row.
pub(super) struct Known {
    pub(super) here: Fields,
    pub(super) last_login: Option<Timestamp>,
    pub(super) before: Fields,
    pub(super) password_before: Password,
    pub(super) password_here: String,
}

/// The user that exists here under an id.
pub(super) enum Place {
    /// No user.
    Free,
    /// A user that was created here.
    CreatedHere,
    /// A user that was imported and deleted here.
    DeletedHere,
    /// A user that was imported before.
    Imported(Box<Known>),
}

/// The rows of the users of a batch, here and as they were at the last import.
pub(super) struct Places {
    here: HashMap<i64, Row>,
    before: HashMap<i64, Row>,
}

impl Places {
    pub(super) async fn read(connection: &mut Connection<'_>, users: &[ForeignUser]) -> sqlx::Result<Self> {
        let ids = || users.iter().map(|user| user.id.0);
        let here = sql::query_list(connection, "SELECT * FROM users WHERE id IN (NUMBERS)", ids())?;
        let here = here.fetch_all(connection).await?;
        let before = sql::query_list(connection, "SELECT * FROM imported_users WHERE user_id IN (NUMBERS)", ids())?;
        let before = before.fetch_all(connection).await?;
        Ok(Self { here: by_id(here, "id")?, before: by_id(before, "user_id")? })
    }

    pub(super) fn find(&self, user: UserId) -> sqlx::Result<Place> {
        Ok(match (self.here.get(&user.0), self.before.get(&user.0)) {
            (None, None) => Place::Free,
            (Some(_), None) => Place::CreatedHere,
            (None, Some(_)) => Place::DeletedHere,
            (Some(here), Some(before)) => Place::Imported(Box::new(Known {
                last_login: rows::user(here)?.last_login,
                password_here: hash_digest(&here.get("password")?),
                password_before: Password { there: before.get("password_there")?, here: before.get("password_here")? },
                here: fields(here)?,
                before: fields(before)?,
            })),
        })
    }
}

fn by_id(rows: Vec<Row>, column: &str) -> sqlx::Result<HashMap<i64, Row>> {
    rows.into_iter().map(|row| Ok((row.get(column)?, row))).collect()
}

fn fields(row: &Row) -> sqlx::Result<Fields> {
    Ok(Fields {
        username: row.get("username")?,
        email: row.get("email")?,
        is_active: row.get("is_active")?,
        is_staff: row.get("is_staff")?,
        is_superuser: row.get("is_superuser")?,
    })
}

impl Password {
    /// The same hash on both sides.
    pub(super) fn same(fingerprint: String) -> Self {
        Self { there: fingerprint.clone(), here: fingerprint }
    }
}
