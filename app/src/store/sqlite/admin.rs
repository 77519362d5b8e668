//! Administration: lists, and deeds. A deed reads its doer and its target inside its transaction, asks
//! [`administration`](crate::auth::administration), and writes its security event with what it does.

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{
    SqliteStore, changes,
    events::{self, NewEvent},
    outstanding,
    paged::{self, Conditions, List},
    rows, sessions, users,
};
use crate::{
    auth::{
        administration::{self, Change, Denial},
        clock::Timestamp,
        event::{Event, EventQuery},
        failures::FailedSignIns,
        id::{Jti, SessionId, UserId},
        paging::{Listed, PageRequest},
        revocation::Revocation,
        session::Session,
        store::{
            Administration, ChangedUser, Deed, Direction, Done, NewPassword, OutstandingToken, StoreError, TokenQuery,
            UserQuery,
        },
        user::{NewUser, User},
    },
    wire::{BlacklistReason, EndReason, EventKind, UserOrdering},
};

/// What a deed inside a transaction comes to.
type Outcome<T> = sqlx::Result<Result<T, Denial>>;

/// Goes on with what is allowed, and returns what is denied.
macro_rules! allowed {
    ($verdict:expr) => {
        match $verdict {
            Ok(value) => value,
            Err(denial) => return Ok(Err(denial)),
        }
    };
}

#[async_trait]
impl Administration for SqliteStore {
    async fn list_users(&self, query: UserQuery, page: PageRequest) -> Result<Option<Listed<User>>, StoreError> {
        let list = List { columns: "*", table: "users", joined: "", order: user_order(&query), read: rows::user };
        let conditions = |sql: &mut QueryBuilder<Sqlite>| {
            let mut conditions = Conditions::of(sql);
            // As literals: the few who are inactive or staff have an index of their own, and to find the
            // many, the order's index is read.
            match query.is_active {
                Some(true) => drop(conditions.and("is_active = 1")),
                Some(false) => drop(conditions.and("is_active = 0")),
                None => {}
            }
            match query.is_staff {
                Some(true) => drop(conditions.and("is_staff = 1")),
                Some(false) => drop(conditions.and("is_staff = 0")),
                None => {}
            }
            for word in query.words.iter() {
                // A word has no space in it, so it is never found across the two.
                let sql = conditions.and("instr(lower(username || ' ' || email), ");
                sql.push_bind(word.to_ascii_lowercase()).push(")");
            }
        };
        Ok(paged::list(&self.readers, page, list, conditions).await?)
    }

    async fn create_user_by(&self, user: NewUser, deed: Deed) -> Done<User> {
        self.writer.write_deed(move |c| Box::pin(async move { create_user(c, &user, &deed).await })).await
    }

    async fn change_user(&self, user: UserId, change: Change, deed: Deed) -> Done<ChangedUser> {
        self.writer.write_deed(move |c| Box::pin(async move { change_user(c, user, &change, &deed).await })).await
    }

    async fn change_users(&self, users: Vec<UserId>, change: Change, deed: Deed) -> Done<Vec<ChangedUser>> {
        self.writer.write_deed(move |c| Box::pin(async move { change_users(c, &users, &change, &deed).await })).await
    }

    async fn set_password_by(&self, user: UserId, password: SecretString, deed: Deed) -> Done<Vec<Revocation>> {
        self.writer.write_deed(move |c| Box::pin(async move { set_password(c, user, &password, &deed).await })).await
    }

    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listed<Session>>, StoreError> {
        let list =
            List { columns: "*", table: "sessions", joined: "", order: "refreshed_at DESC, id", read: rows::session };
        let conditions = |sql: &mut QueryBuilder<Sqlite>| {
            let mut conditions = Conditions::of(sql);
            conditions.compare("user_id = ", Some(user.0));
            conditions.and("revoked_at IS NULL");
            conditions.compare("ends_at > ", Some(now.millis()));
            conditions.compare("current_expires_at > ", Some(now.millis()));
        };
        Ok(paged::list(&self.readers, page, list, conditions).await?)
    }

    async fn end_session_by(&self, user: UserId, session: SessionId, deed: Deed) -> Done<Revocation> {
        self.writer.write_deed(move |c| Box::pin(async move { end_session(c, user, session, &deed).await })).await
    }

    async fn reset_sessions(&self, user: UserId, deed: Deed) -> Done<Vec<Revocation>> {
        self.writer.write_deed(move |c| Box::pin(async move { reset_sessions(c, user, &deed).await })).await
    }

    async fn list_tokens(
        &self,
        query: TokenQuery,
        page: PageRequest,
    ) -> Result<Option<Listed<OutstandingToken>>, StoreError> {
        let list = List {
            columns: "outstanding_tokens.*, users.username",
            table: "outstanding_tokens",
            joined: "LEFT JOIN users ON users.id = outstanding_tokens.user_id",
            order: "outstanding_tokens.id DESC",
            read: token,
        };
        let conditions = |sql: &mut QueryBuilder<Sqlite>| {
            let mut conditions = Conditions::of(sql);
            conditions.compare("outstanding_tokens.user_id = ", query.user.map(|user| user.0));
            conditions.compare("outstanding_tokens.session_id = ", query.session.map(|session| session.to_string()));
            match query.is_blacklisted {
                Some(true) => drop(conditions.and("outstanding_tokens.blacklisted_at IS NOT NULL")),
                Some(false) => drop(conditions.and("outstanding_tokens.blacklisted_at IS NULL")),
                None => {}
            }
            let now = query.now.millis();
            conditions.compare("outstanding_tokens.expires_at <= ", (query.is_expired == Some(true)).then_some(now));
            conditions.compare("outstanding_tokens.expires_at > ", (query.is_expired == Some(false)).then_some(now));
        };
        Ok(paged::list(&self.readers, page, list, conditions).await?)
    }

    async fn find_token(&self, jti: Jti) -> Result<Option<OutstandingToken>, StoreError> {
        let row = sqlx::query(
            "SELECT outstanding_tokens.*, users.username FROM outstanding_tokens
             LEFT JOIN users ON users.id = outstanding_tokens.user_id WHERE jti = $1",
        )
        .bind(jti.as_str())
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.as_ref().map(token).transpose()?)
    }

    async fn blacklist_by(&self, jtis: Vec<Jti>, deed: Deed) -> Done<Vec<Revocation>> {
        self.writer.write_deed(move |c| Box::pin(async move { blacklist_all(c, &jtis, &deed).await })).await
    }

    async fn list_events(&self, query: EventQuery, page: PageRequest) -> Result<Option<Listed<Event>>, StoreError> {
        Ok(events::list(&self.readers, query, page).await?)
    }

    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError> {
        self.writer.write(move |c| Box::pin(async move { events::note_failed(c, &failed).await })).await
    }

    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.writer.write(move |c| Box::pin(async move { events::flush(c, before, limit).await })).await
    }
}

const fn user_order(query: &UserQuery) -> &'static str {
    match (query.order, query.direction) {
        (UserOrdering::Id, Direction::Ascending) => "id",
        (UserOrdering::Id, Direction::Descending) => "id DESC",
        (UserOrdering::Username, Direction::Ascending) => "username",
        (UserOrdering::Username, Direction::Descending) => "username DESC",
        (UserOrdering::Email, Direction::Ascending) => "email, id",
        (UserOrdering::Email, Direction::Descending) => "email DESC, id DESC",
        (UserOrdering::DateJoined, Direction::Ascending) => "date_joined, id",
        (UserOrdering::DateJoined, Direction::Descending) => "date_joined DESC, id DESC",
        (UserOrdering::LastLogin, Direction::Ascending) => "last_login, id",
        (UserOrdering::LastLogin, Direction::Descending) => "last_login DESC, id DESC",
    }
}

async fn create_user(connection: &mut SqliteConnection, new: &NewUser, deed: &Deed) -> Outcome<User> {
    let actor = users::find(&mut *connection, deed.actor).await?;
    allowed!(administration::check_creation(actor.as_ref(), new.role.is_staff()));
    let Some(user) = users::insert(connection, new).await? else {
        return Ok(Err(Denial::UsernameTaken));
    };
    record(connection, deed, &user, EventKind::UserCreated).await?;
    Ok(Ok(user))
}

async fn change_user(
    connection: &mut SqliteConnection,
    user: UserId,
    change: &Change,
    deed: &Deed,
) -> Outcome<ChangedUser> {
    let (actor, target) = facts(connection, deed, user).await?;
    let (before, after) = allowed!(administration::decide_change(actor.as_ref(), target, change));
    let Some(changed) = changes::write(connection, &before, &after, &deed.ending(EndReason::Revoked)).await? else {
        return Ok(Err(Denial::UsernameTaken));
    };
    // Also when the account was inactive before: whatever sessions there are, they end. And the tokens of a
    // user who is called otherwise now name whoever gets the name.
    let reason = if after.is_active {
        changed.contains(&deed.naming.name()).then_some(EndReason::Revoked)
    } else {
        Some(EndReason::UserDeactivated)
    };
    let revocations = match reason {
        Some(reason) => sessions::end_all_of(connection, user, None, &deed.ending(reason)).await?,
        None => Vec::new(),
    };
    Ok(Ok(ChangedUser { user: after, revocations }))
}

async fn change_users(
    connection: &mut SqliteConnection,
    users: &[UserId],
    change: &Change,
    deed: &Deed,
) -> Outcome<Vec<ChangedUser>> {
    let mut changed = Vec::with_capacity(users.len());
    for user in users {
        changed.push(allowed!(change_user(connection, *user, change, deed).await?));
    }
    Ok(Ok(changed))
}

async fn set_password(
    connection: &mut SqliteConnection,
    user: UserId,
    password: &SecretString,
    deed: &Deed,
) -> Outcome<Vec<Revocation>> {
    let (actor, target) = facts(connection, deed, user).await?;
    allowed!(administration::check_password(actor.as_ref(), target));
    let ending = deed.ending(EndReason::PasswordChanged);
    let new = NewPassword { user, hash: password.clone(), checked: None, keep: None };
    users::set_password(connection, &new, &ending).await?;
    sessions::end_all_of(connection, user, None, &ending).await.map(Ok)
}

async fn end_session(
    connection: &mut SqliteConnection,
    user: UserId,
    session: SessionId,
    deed: &Deed,
) -> Outcome<Revocation> {
    let (actor, target) = facts(connection, deed, user).await?;
    allowed!(administration::check_touch(actor.as_ref(), target));
    match sessions::find_own_living(connection, user, session).await? {
        Some(session) => sessions::end(connection, &session, &deed.ending(EndReason::Revoked)).await.map(Ok),
        None => Ok(Err(Denial::NotFound)),
    }
}

async fn reset_sessions(connection: &mut SqliteConnection, user: UserId, deed: &Deed) -> Outcome<Vec<Revocation>> {
    let (actor, target) = facts(connection, deed, user).await?;
    let target = allowed!(administration::check_touch(actor.as_ref(), target));
    record(connection, deed, &target, EventKind::SessionsReset).await?;
    sessions::end_all_of(connection, user, None, &deed.ending(EndReason::Revoked)).await.map(Ok)
}

async fn blacklist_all(connection: &mut SqliteConnection, jtis: &[Jti], deed: &Deed) -> Outcome<Vec<Revocation>> {
    let mut revocations = Vec::with_capacity(jtis.len());
    for jti in jtis {
        revocations.extend(allowed!(blacklist(connection, jti, deed).await?));
    }
    Ok(Ok(revocations))
}

async fn blacklist(connection: &mut SqliteConnection, jti: &Jti, deed: &Deed) -> Outcome<Option<Revocation>> {
    let actor = users::find(&mut *connection, deed.actor).await?;
    allowed!(administration::check_staff(actor.as_ref()));
    let row = sqlx::query("SELECT user_id, session_id FROM outstanding_tokens WHERE jti = $1")
        .bind(jti.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(Err(Denial::NotFound));
    };
    let owner = row.try_get::<Option<i64>, _>("user_id")?.map(UserId);
    let session = row.try_get::<Option<String>, _>("session_id")?.as_deref().and_then(SessionId::parse);
    // The user of a token may be gone, and then it is nobody's.
    let target = match owner {
        Some(owner) => users::find(&mut *connection, owner).await?,
        None => None,
    };
    if let Some(target) = target {
        let target = allowed!(administration::check_touch(actor.as_ref(), Some(target)));
        record_in(connection, deed, &target, session).await?;
    }
    outstanding::take_back(connection, jti, deed.now).await?;
    let found = match session {
        Some(session) => sessions::find(connection, session).await?.map(|found| found.session),
        None => None,
    };
    match found.filter(|session| session.end.is_none()) {
        Some(session) => {
            sessions::end(connection, &session, &deed.ending(EndReason::Revoked)).await.map(|end| Ok(Some(end)))
        }
        None => Ok(Ok(None)),
    }
}

/// The doer and the target as they are now.
async fn facts(
    connection: &mut SqliteConnection,
    deed: &Deed,
    target: UserId,
) -> sqlx::Result<(Option<User>, Option<User>)> {
    let actor = users::find(&mut *connection, deed.actor).await?;
    Ok((actor, users::find(connection, target).await?))
}

fn event<'e>(deed: &'e Deed, user: &User, kind: EventKind) -> NewEvent<'e> {
    NewEvent { actor: Some(deed.actor), ..NewEvent::new(deed.now, kind, user.id, &deed.origin) }
}

async fn record(connection: &mut SqliteConnection, deed: &Deed, user: &User, kind: EventKind) -> sqlx::Result<()> {
    events::insert(connection, event(deed, user, kind)).await
}

async fn record_in(
    connection: &mut SqliteConnection,
    deed: &Deed,
    user: &User,
    session: Option<SessionId>,
) -> sqlx::Result<()> {
    events::insert(connection, NewEvent { session, ..event(deed, user, EventKind::TokenRevoked) }).await
}

fn token(row: &SqliteRow) -> sqlx::Result<OutstandingToken> {
    let session: Option<String> = row.try_get("session_id")?;
    let blacklisted_at: Option<i64> = row.try_get("blacklisted_at")?;
    let why: Option<String> = row.try_get("blacklisted_why")?;
    let reason = why.as_deref().map_or(BlacklistReason::Other, BlacklistReason::parse);
    Ok(OutstandingToken {
        jti: Jti::from_text(row.try_get::<String, _>("jti")?),
        user: row.try_get::<Option<i64>, _>("user_id")?.map(UserId),
        username: row.try_get("username")?,
        session: session.as_deref().and_then(SessionId::parse),
        generation: row.try_get("generation")?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        expires_at: Timestamp::from_millis(row.try_get("expires_at")?),
        blacklisted: blacklisted_at.map(|at| (Timestamp::from_millis(at), reason)),
    })
}
