//! Revokes sessions in batches, where no other change belongs to the same transaction. Other writes run between batches.

use hallpass_core::store::{Ending, Progress, Selection};

use super::{endings, locks::GlobalLock, outstanding};
use crate::sql::Connection;

/// Revokes up to `limit` of the selected sessions, and blacklists as many imported tokens that would open one.
pub(crate) async fn sweep(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    selection: &Selection,
    limit: u32,
    ending: &Ending,
) -> sqlx::Result<Progress> {
    let issued_before = selection.before.unwrap_or(ending.now);
    let users = match selection.user {
        Some(user) => lock.users(connection, [user]).await?,
        None => lock.users_that_adopt(connection, issued_before, limit).await?,
    };
    outstanding::adopt_none_before(connection, users.iter(), issued_before).await?;
    let live = users.live_sessions(connection, selection, limit).await?;
    endings::revoke_each(connection, &live, ending).await?;
    let why = ending.reason.into();
    let tokens = outstanding::sweep_unattached(connection, &users, selection, limit, ending.now, why).await?;
    let ended = count(live.iter());
    let is_done = [count(users.iter()), ended, tokens].iter().all(|count| *count < u64::from(limit));
    Ok(Progress { count: ended, is_done })
}

fn count(items: impl Iterator) -> u64 {
    items.fold(0, |count, _| count + 1)
}
