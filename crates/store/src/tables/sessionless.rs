//! The facts about a token without a session: the account that it names, and its record.

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, UserId},
    sessionless::{Check, Facts, Owner, Record, Verdict},
    user::{Email, UserKey},
};

use super::rows;
use crate::sql::{self, Connection, Row};

/// Decides about the token by the current state of the database.
pub(crate) async fn decide(connection: &mut Connection<'_>, check: &Check) -> sqlx::Result<Verdict> {
    let owner = find_owner(connection, check.user.as_ref()).await?;
    let record = match &check.jti {
        Some(jti) => find_record(connection, jti).await?,
        None => Record::None,
    };
    Ok(check.decide(Facts { owner, record }))
}

/// Selects whether an import took place, with each matching account and its imported identity. Without a matching account,
/// the user of the single row is null.
macro_rules! accounts {
    ($condition:literal) => {
        concat!(
            "SELECT guard.is_guarded, users.*, imported_users.user_id AS imported_id,
                 imported_users.username AS imported_username, imported_users.email AS imported_email
             FROM (SELECT EXISTS (SELECT 1 FROM imports) AS is_guarded) AS guard
                 LEFT JOIN users ON ",
            $condition,
            " LEFT JOIN imported_users ON imported_users.user_id = users.id LIMIT 2"
        )
    };
}

async fn find_owner(connection: &mut Connection<'_>, key: Option<&UserKey>) -> sqlx::Result<Owner> {
    let Some(key) = key else {
        let is_guarded = sql::query("SELECT EXISTS (SELECT 1 FROM imports)").fetch_value(connection).await?;
        return Ok(no_owner(is_guarded));
    };
    let query = match key {
        UserKey::Id(user) => sql::query(accounts!("users.id = $1")).bind(*user),
        UserKey::Username(name) => sql::query(accounts!("users.username = $1")).bind(name),
        UserKey::Email(email) => {
            sql::query(accounts!("(users.email_key = $1 OR users.email = $2) AND users.email <> ''"))
                .bind(Email::key_of(email))
                .bind(email)
        }
    };
    let found = query.fetch_all(connection).await?;
    let first = found.first().ok_or(sqlx::Error::RowNotFound)?;
    let (is_guarded, id): (bool, Option<UserId>) = (first.get("is_guarded")?, first.get("id")?);
    // An e-mail address that several accounts share identifies none of them.
    if id.is_none() || found.len() > 1 || (is_guarded && !is_imported(first, key)?) {
        return Ok(no_owner(is_guarded));
    }
    Ok(Owner::Known { account: rows::account(first)?, accepts_from: first.get("adopts_from")? })
}

fn no_owner(is_guarded: bool) -> Owner {
    if is_guarded { Owner::NotImported } else { Owner::Unknown }
}

/// Whether the issuer of the token identifies the account by this key. Since the import, the account may have been renamed
/// here, and another account may have its former name.
fn is_imported(row: &Row, key: &UserKey) -> sqlx::Result<bool> {
    Ok(match key {
        UserKey::Id(_) => row.get::<Option<UserId>>("imported_id")?.is_some(),
        UserKey::Username(name) => row.get::<Option<String>>("imported_username")?.as_ref() == Some(name),
        UserKey::Email(email) => {
            let imported: Option<String> = row.get("imported_email")?;
            imported.is_some_and(|imported| Email::key_of(&imported) == Email::key_of(email))
        }
    })
}

async fn find_record(connection: &mut Connection<'_>, jti: &Jti) -> sqlx::Result<Record> {
    let found = sql::query(
        "SELECT outstanding_tokens.blacklisted_at, sessions.user_id AS session_user, sessions.ends_at,
             sessions.revoked_at, sessions.revoked_why, sessions.revoked_by
         FROM outstanding_tokens LEFT JOIN sessions ON sessions.id = outstanding_tokens.session_id
         WHERE outstanding_tokens.jti = $1",
    )
    .bind(jti)
    .fetch_optional(connection)
    .await?;
    let Some(row) = found else { return Ok(Record::None) };
    let is_blacklisted = row.get::<Option<Timestamp>>("blacklisted_at")?.is_some();
    Ok(match row.get("session_user")? {
        Some(user) => {
            Record::Session { user, is_blacklisted, end: rows::session_end(&row)?, ends_at: row.get("ends_at")? }
        }
        None if is_blacklisted => Record::Blacklisted,
        None => Record::None,
    })
}
