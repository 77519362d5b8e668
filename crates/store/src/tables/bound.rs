//! The bound of how many sessions a user has: whoever opens one more ends those that were not used for the longest time.

use hallpass_core::{clock::Timestamp, store::Ending};

use super::{endings, locks::LockedUser};
use crate::sql::{self, Connection};

/// How many sessions end with one that is opened: a user with many more than the bound comes down to it in steps, so
/// that no single step takes long.
const AT_ONCE: i64 = 100;

/// Ends the user's longest unused sessions until there is room for one more.
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
    let idlest = user.idlest_sessions(connection, ending.now, excess.min(AT_ONCE)).await?;
    endings::end_each(connection, &idlest, ending).await
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
