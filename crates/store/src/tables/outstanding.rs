//! Outstanding tokens: every refresh token by its `jti`, and whether it is blacklisted.

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    paging::PageRequest,
    store::{Selection, TokenQuery, TokenStatus},
    token::PresentedToken,
};
use hallpass_types::{BlacklistReason, Listing, TokenRecord};

use super::{
    locks::{LockedSession, LockedUser, LockedUsers},
    paged::{self, Conditions, List},
    rows::{self, TokenRow},
};
use crate::sql::{self, Connection, Row};

pub(crate) async fn find(connection: &mut Connection<'_>, jti: &Jti) -> sqlx::Result<Option<TokenRow>> {
    let select = "SELECT session_id, generation, blacklisted_at FROM outstanding_tokens WHERE jti = $1";
    sql::query(select).bind(jti).find(connection, rows::token).await
}

/// Inserts the refresh token of the session's current generation. A token that was imported from another issuer becomes part
/// of the session.
pub(crate) async fn insert_current(connection: &mut Connection<'_>, locked: &LockedSession) -> sqlx::Result<()> {
    let session = locked.session();
    sql::query(
        "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (jti) DO UPDATE SET session_id = excluded.session_id, user_id = excluded.user_id,
             generation = excluded.generation",
    )
    .bind(&session.current.jti)
    .bind(session.id)
    .bind(session.user)
    .bind(session.generation)
    .bind(session.current.issued_at)
    .bind(session.current.expires_at)
    .run(connection)
    .await
}

/// Marks a token of the session, which must not be blacklisted, as spent.
pub(crate) async fn spend(
    connection: &mut Connection<'_>,
    _: &LockedSession,
    jti: &Jti,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'rotated'
         WHERE jti = $2 AND blacklisted_at IS NULL",
    )
    .bind(now)
    .bind(jti)
    .run_on(connection, 1)
    .await
}

/// Restarts the grace period of a spent token of the session.
pub(crate) async fn restart_grace(
    connection: &mut Connection<'_>,
    _: &LockedSession,
    jti: &Jti,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query("UPDATE outstanding_tokens SET blacklisted_at = $1 WHERE jti = $2")
        .bind(now)
        .bind(jti)
        .run(connection)
        .await
}

/// Excludes foreign tokens that were issued before a time: from now on, they open no session for these users.
pub(crate) async fn adopt_none_before<'l>(
    connection: &mut Connection<'_>,
    users: impl Iterator<Item = &'l LockedUser>,
    issued_before: Timestamp,
) -> sqlx::Result<()> {
    let update = "UPDATE users SET adopts_from = $2 WHERE adopts_from < $2 AND id IN (NUMBERS)";
    let statement = sql::query_list(connection, update, users.map(|user| user.id().0))?;
    statement.bind(issued_before).run(connection).await
}

/// Blacklists all imported tokens that would open a session for the user.
pub(crate) async fn blacklist_unattached(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<()> {
    sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = $2
         WHERE session_id IS NULL AND user_id = $3 AND blacklisted_at IS NULL",
    )
    .bind(now)
    .bind(why)
    .bind(user.id())
    .run(connection)
    .await
}

/// Blacklists up to `limit` of the selected imported tokens and returns their number.
pub(crate) async fn sweep_unattached(
    connection: &mut Connection<'_>,
    _: &LockedUsers,
    selection: &Selection,
    limit: u32,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<u64> {
    let mut conditions = Conditions::default();
    conditions.and("session_id IS NULL");
    conditions.and("blacklisted_at IS NULL");
    conditions.compare("user_id = ", selection.user);
    conditions.compare("created_at < ", selection.before);
    let lock = if connection.is_shared() { " FOR NO KEY UPDATE" } else { "" };
    let found = conditions.select("id FROM outstanding_tokens", "user_id, id", Some(limit), lock);
    let ids: Vec<i64> = found.list(connection, |row| row.get("id")).await?;
    let update = "UPDATE outstanding_tokens SET blacklisted_at = $2, blacklisted_why = $3 WHERE id IN (NUMBERS)";
    sql::query_list(connection, update, ids)?.bind(now).bind(why).execute(connection).await
}

/// Blacklists a token without a session, which belongs to this user, if any.
pub(crate) async fn blacklist_alone(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
    user: Option<&LockedUser>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO outstanding_tokens
             (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
         VALUES ($1, $2, 0, $3, $4, $5, 'signed_out')
         ON CONFLICT (jti) DO UPDATE
             SET blacklisted_at = excluded.blacklisted_at, blacklisted_why = excluded.blacklisted_why",
    )
    .bind(&token.jti)
    .bind(user.map(LockedUser::id))
    .bind(token.issued_at.unwrap_or(Timestamp::EPOCH))
    .bind(token.expires_at)
    .bind(now)
    .run(connection)
    .await
}

pub(crate) async fn status(
    connection: &mut Connection<'_>,
    jti: &Jti,
    session: SessionId,
) -> sqlx::Result<TokenStatus> {
    let found = sql::query(
        "SELECT EXISTS (SELECT 1 FROM outstanding_tokens WHERE jti = $1 AND blacklisted_at IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM sessions WHERE id = $2 AND revoked_at IS NOT NULL) AS is_blacklisted,
             EXISTS (SELECT 1 FROM sessions WHERE id = $2) AS is_known",
    )
    .bind(jti)
    .bind(session)
    .find(connection, |row| Ok((row.get("is_blacklisted")?, row.get("is_known")?)));
    Ok(match found.await?.ok_or(sqlx::Error::RowNotFound)? {
        (true, _) => TokenStatus::Blacklisted,
        (false, true) => TokenStatus::Good,
        (false, false) => TokenStatus::UnknownSession,
    })
}

pub(crate) async fn list(
    connection: &mut Connection<'_>,
    query: &TokenQuery,
    now: Timestamp,
    page: PageRequest,
) -> sqlx::Result<Option<Listing<TokenRecord>>> {
    let list = List {
        columns: "outstanding_tokens.*, users.username",
        table: "outstanding_tokens",
        joined: "LEFT JOIN users ON users.id = outstanding_tokens.user_id",
        order: "outstanding_tokens.id DESC",
        read: record,
    };
    let mut conditions = Conditions::default();
    conditions.compare("outstanding_tokens.user_id = ", query.user);
    conditions.compare("outstanding_tokens.session_id = ", query.session);
    match query.is_blacklisted {
        Some(true) => conditions.and("outstanding_tokens.blacklisted_at IS NOT NULL"),
        Some(false) => conditions.and("outstanding_tokens.blacklisted_at IS NULL"),
        None => {}
    }
    conditions.compare("outstanding_tokens.expires_at <= ", (query.is_expired == Some(true)).then_some(now));
    conditions.compare("outstanding_tokens.expires_at > ", (query.is_expired == Some(false)).then_some(now));
    paged::list(connection, page, list, conditions).await
}

/// Reads a token for an administrator.
pub(crate) async fn describe(connection: &mut Connection<'_>, jti: &Jti) -> sqlx::Result<Option<TokenRecord>> {
    sql::query(
        "SELECT outstanding_tokens.*, users.username FROM outstanding_tokens
         LEFT JOIN users ON users.id = outstanding_tokens.user_id WHERE jti = $1",
    )
    .bind(jti)
    .find(connection, record)
    .await
}

fn record(row: &Row) -> sqlx::Result<TokenRecord> {
    let blacklisted_at: Option<Timestamp> = row.get("blacklisted_at")?;
    let why: Option<BlacklistReason> = row.get("blacklisted_why")?;
    Ok(TokenRecord {
        jti: row.get("jti")?,
        user: row.get::<Option<UserId>>("user_id")?.map(|user| user.to_string()),
        username: row.get("username")?,
        session: row.get("session_id")?,
        generation: row.get("generation")?,
        created_at: row.get::<Timestamp>("created_at")?.seconds(),
        expires_at: row.get::<Timestamp>("expires_at")?.seconds(),
        blacklisted_at: blacklisted_at.map(Timestamp::seconds),
        blacklisted_why: blacklisted_at.map(|_| why.unwrap_or(BlacklistReason::Other)),
    })
}
