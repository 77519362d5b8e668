//! Users of another database. What was brought is remembered as it stood there, so that the next import
//! can tell what was changed on which side.

use hallpass_core::{
    clock::Timestamp,
    id::UserId,
    import::{Change, ForeignUser, Import, Merge, Outcome, Reason},
    password::hash_digest,
    session::Origin,
    store::Ending,
    user::{Email, EmailError, Username, UsernameError, search_text},
};
use hallpass_types::{EndReason, EventKind};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    sql::{self, Connection, Row},
    tables::{
        emails, endings,
        events::{self, NewEvent},
        locks::LockedUser,
        rows,
    },
};

/// A user's fields, those that a person may change: as they stand here, there, or stood there.
#[derive(Clone, PartialEq, Eq)]
struct Fields {
    username: String,
    email: String,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
}

/// What is known of a password without its hash: a fingerprint of the hash on either side, as they stood
/// for each other at the last import.
#[derive(Clone, PartialEq, Eq)]
struct Password {
    there: String,
    here: String,
}

/// A user who was brought before, as the row stands now.
struct Known {
    here: Fields,
    last_login: Option<Timestamp>,
    before: Fields,
    password_before: Password,
    password_here: String,
}

/// Brings one user, or brings it up to date.
pub(super) async fn import(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
    import: &Import,
) -> sqlx::Result<Outcome> {
    let username = match Username::existing(&user.username) {
        Ok(username) => username,
        Err(UsernameError::Nul) => return Ok(Outcome::left(Reason::NulInName)),
        Err(UsernameError::Blank | UsernameError::TooLong | UsernameError::Characters) => {
            return Ok(Outcome::left(Reason::NoName));
        }
    };
    let email = Email::existing(&user.email);
    let mut outcome = merge(connection, locked, user, &there(user, username, &email), import).await?;
    if email.is_err() && outcome.change != Change::Left {
        outcome.reasons.push(Reason::NulInEmail);
    }
    Ok(outcome)
}

/// The fields of a user as they are there, as far as both databases can hold them.
fn there(user: &ForeignUser, username: Username, email: &Result<Email, EmailError>) -> Fields {
    Fields {
        username: username.as_str().to_owned(),
        email: email.as_ref().map_or(String::new(), |email| email.as_str().to_owned()),
        is_active: user.is_active,
        is_staff: user.is_staff,
        is_superuser: user.is_superuser,
    }
}

async fn merge(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
    there: &Fields,
    import: &Import,
) -> sqlx::Result<Outcome> {
    match find(connection, user.id).await? {
        Place::Free => add(connection, user, there, import).await,
        Place::MadeHere => Ok(Outcome::left(Reason::NumberTaken)),
        Place::DeletedHere => Ok(Outcome::left(Reason::DeletedHere)),
        Place::Brought(known) => update(connection, locked, user, there, *known, import).await,
    }
}

/// What stands here under a number.
enum Place {
    Free,
    MadeHere,
    DeletedHere,
    Brought(Box<Known>),
}

async fn find(connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<Place> {
    let here = sql::query("SELECT * FROM users WHERE id = $1").bind(user).fetch_optional(connection).await?;
    let before = sql::query("SELECT * FROM imported_users WHERE user_id = $1").bind(user);
    Ok(match (here, before.fetch_optional(connection).await?) {
        (None, None) => Place::Free,
        (Some(_), None) => Place::MadeHere,
        (None, Some(_)) => Place::DeletedHere,
        (Some(here), Some(before)) => Place::Brought(Box::new(Known {
            last_login: rows::user(&here)?.last_login,
            password_here: hash_digest(&here.get::<String>("password")?.into()),
            password_before: Password { there: before.get("password_there")?, here: before.get("password_here")? },
            here: fields(&here)?,
            before: fields(&before)?,
        })),
    })
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

async fn add(
    connection: &mut Connection<'_>,
    user: &ForeignUser,
    there: &Fields,
    import: &Import,
) -> sqlx::Result<Outcome> {
    if !emails::is_free(connection, import.naming, &there.email, None).await? {
        return Ok(Outcome::left(Reason::EmailTaken));
    }
    let now = import.ending.now;
    let written = sql::query(
        "INSERT INTO users
             (id, username, email, email_key, password, is_active, is_staff, is_superuser, date_joined, last_login,
              search_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (username) DO NOTHING",
    )
    .bind(user.id)
    .bind(&there.username)
    .bind(&there.email)
    .bind(Email::key_of(&there.email))
    .bind(user.password.expose_secret())
    .bind(there.is_active)
    .bind(there.is_staff)
    .bind(there.is_superuser)
    .bind(user.date_joined.unwrap_or(now).millis())
    .bind(user.last_login)
    .bind(search_text(&there.username, &there.email))
    .execute(connection)
    .await?;
    if written == 0 {
        return Ok(Outcome::left(Reason::NameTaken));
    }
    remember(connection, user.id, there, &Password::same(hash_digest(&user.password))).await?;
    events::insert(connection, NewEvent::new(now, EventKind::Imported, user.id, &Origin::UNKNOWN)).await?;
    Ok(Outcome::of(Change::Added))
}

/// Writes down how a user stands there.
async fn remember(
    connection: &mut Connection<'_>,
    user: UserId,
    there: &Fields,
    password: &Password,
) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO imported_users
             (user_id, username, email, password_there, password_here, is_active, is_staff, is_superuser)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (user_id) DO UPDATE SET username = excluded.username, email = excluded.email,
             password_there = excluded.password_there, password_here = excluded.password_here,
             is_active = excluded.is_active, is_staff = excluded.is_staff, is_superuser = excluded.is_superuser",
    )
    .bind(user)
    .bind(&there.username)
    .bind(&there.email)
    .bind(&password.there)
    .bind(&password.here)
    .bind(there.is_active)
    .bind(there.is_staff)
    .bind(there.is_superuser)
    .execute(connection)
    .await
    .map(drop)
}

async fn update(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
    there: &Fields,
    known: Known,
    import: &Import,
) -> sqlx::Result<Outcome> {
    let ending = &import.ending;
    let mut merged = Merged::of(&known, there);
    let has_new_email = merged.here.email != known.here.email;
    if has_new_email && !emails::is_free(connection, import.naming, &merged.here.email, Some(user.id)).await? {
        merged.keep_email(&known);
    }
    let password = merged.merge_password(&known, hash_digest(&user.password));
    let last_login = known.last_login.max(user.last_login);
    let is_changed = merged.here != known.here || password == Merge::Take || last_login != known.last_login;
    if is_changed && !write(connection, locked, &merged.here, last_login).await? {
        // The rest of what happened there must not be lost with the name.
        merged.keep_name(&known);
        write(connection, locked, &merged.here, last_login).await?;
    }
    if password == Merge::Take {
        replace_password(connection, locked, user).await?;
    }
    if merged.before != known.before || merged.password_before != known.password_before {
        remember(connection, user.id, &merged.before, &merged.password_before).await?;
    }
    let is_deactivated = known.here.is_active && !merged.here.is_active;
    let why = match password {
        Merge::Take | Merge::Keep | Merge::Conflict if is_deactivated => Some(EndReason::UserDeactivated),
        Merge::Take => Some(EndReason::PasswordChanged),
        Merge::Keep | Merge::Conflict => None,
    };
    if let Some(reason) = why {
        endings::end_all_of(connection, locked, None, &Ending { reason, ..ending.clone() }).await?;
    }
    let change = if is_changed { Change::Updated } else { Change::Unchanged };
    Ok(Outcome { change, reasons: merged.reasons })
}

/// A user after the two sides were brought together.
struct Merged {
    here: Fields,
    /// What the next import compares with. A field in conflict stays in conflict.
    before: Fields,
    password_before: Password,
    reasons: Vec<Reason>,
}

impl Merged {
    /// The name is another user's here: it stays as it was, and is tried again at the next import.
    fn keep_name(&mut self, known: &Known) {
        self.here.username.clone_from(&known.here.username);
        self.before.username.clone_from(&known.before.username);
        self.reasons.push(Reason::RenamedToTaken);
    }

    /// The e-mail address is another user's here: it stays as it was, and is tried again at the next import.
    fn keep_email(&mut self, known: &Known) {
        self.here.email.clone_from(&known.here.email);
        self.before.email.clone_from(&known.before.email);
        self.reasons.push(Reason::EmailChangedToTaken);
    }

    fn of(known: &Known, there: &Fields) -> Self {
        let (mut here, mut before) = (known.here.clone(), known.before.clone());
        let merges = [
            follow(&mut before.username, &there.username, &mut here.username),
            follow(&mut before.email, &there.email, &mut here.email),
            follow(&mut before.is_active, &there.is_active, &mut here.is_active),
            follow(&mut before.is_staff, &there.is_staff, &mut here.is_staff),
            follow(&mut before.is_superuser, &there.is_superuser, &mut here.is_superuser),
        ];
        let is_in_conflict = merges.contains(&Merge::Conflict);
        let reasons = if is_in_conflict { vec![Reason::DetailsChangedHere] } else { Vec::new() };
        Self { here, before, password_before: known.password_before.clone(), reasons }
    }

    /// Two hashes of one password are nothing alike, so each side is compared with what stood there.
    fn merge_password(&mut self, known: &Known, there: String) -> Merge {
        let before = &known.password_before;
        let is_unchanged_there = there == before.there || there == known.password_here;
        match (is_unchanged_there, known.password_here == before.here) {
            (true, _) => Merge::Keep,
            (false, true) => {
                self.password_before = Password::same(there);
                Merge::Take
            }
            (false, false) => {
                self.reasons.push(Reason::PasswordChangedHere);
                Merge::Conflict
            }
        }
    }
}

impl Password {
    /// The very hash from there stands here.
    fn same(fingerprint: String) -> Self {
        Self { there: fingerprint.clone(), here: fingerprint }
    }
}

fn follow<T: Clone + PartialEq>(before: &mut T, there: &T, here: &mut T) -> Merge {
    let merge = Merge::decide(before, there, here);
    match merge {
        Merge::Keep => before.clone_from(there),
        Merge::Take => {
            here.clone_from(there);
            before.clone_from(there);
        }
        Merge::Conflict => {}
    }
    merge
}

/// Whether it could be written: the name may be another's.
async fn write(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    fields: &Fields,
    last_login: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let written = sql::query(
        "UPDATE users SET username = $1, email = $2, email_key = $3, is_active = $4, is_staff = $5, is_superuser = $6,
             last_login = $7, search_text = $9
         WHERE id = $8 AND NOT EXISTS (SELECT 1 FROM users WHERE username = $1 AND id <> $8)",
    )
    .bind(&fields.username)
    .bind(&fields.email)
    .bind(Email::key_of(&fields.email))
    .bind(fields.is_active)
    .bind(fields.is_staff)
    .bind(fields.is_superuser)
    .bind(last_login)
    .bind(user.id())
    .bind(search_text(&fields.username, &fields.email))
    .execute(connection)
    .await?;
    Ok(written == 1)
}

async fn replace_password(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
) -> sqlx::Result<()> {
    let update = sql::query("UPDATE users SET password = $1 WHERE id = $2");
    update.bind(user.password.expose_secret()).bind(locked.id()).execute(connection).await.map(drop)
}

/// A hash that was made anew for the same password still stands for the one that was brought.
pub(crate) async fn follow_upgrade(
    connection: &mut Connection<'_>,
    user: UserId,
    old: &SecretString,
    new: &SecretString,
) -> sqlx::Result<()> {
    sql::query("UPDATE imported_users SET password_here = $1 WHERE user_id = $2 AND password_here = $3")
        .bind(hash_digest(new))
        .bind(user)
        .bind(hash_digest(old))
        .execute(connection)
        .await
        .map(drop)
}
