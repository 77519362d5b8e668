//! The maximum number of sessions per user (`max_sessions_per_user`). A new session revokes the least recently used ones.

use hallpass_core::{clock::Timestamp, store::Ending};

use super::{endings, locks::LockedUser};
use crate::sql::{self, Connection};

/// The maximum number of sessions that one new session revokes. A user far above the maximum reaches it in several sign-ins,
/// so that no single sign-in takes long.
const AT_ONCE: i64 = 100;

/// Revokes the user's least recently used sessions, so that one more stays within the maximum.
pub(super) async fn make_room(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    max: u32,
    ending: &Ending,
) -> sqlx::Result<()> {
    let excess = count(connection, user, ending.now).await? + 1 - i64::from(max);
    if excess <= 0 {
        return Ok(());
    }
    let oldest = user.least_recently_used(connection, ending.now, excess.min(AT_ONCE)).await?;
    endings::revoke_each(connection, &oldest, ending).await
}

async fn count(connection: &mut Connection<'_>, user: &LockedUser, now: Timestamp) -> sqlx::Result<i64> {
    sql::query(
        "SELECT count(*) FROM sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND ends_at > $2 AND current_expires_at > $2",
    )
    .bind(user.id())
    .bind(now)
    .fetch_value(connection)
    .await
}
