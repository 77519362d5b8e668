//! The record of a move in the target database. `move_id` stays the same when the move is repeated. `run` changes with each
//! run, so that a delayed statement of an earlier run writes nothing.

use sqlx::{Connection as _, Executor, PgConnection, Postgres, Row, Transaction};

use super::{MoveError, marker::Marker};
use crate::{ConnectError, DatabaseUrl, error::store_error};

/// The status of a move to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    None,
    Begun,
    Finished,
}

/// One run of a move.
pub(super) struct Run {
    pub(super) move_id: String,
    id: String,
}

impl Run {
    /// Records the start of a run, unless the database is in use. `marker` is the marker of the file.
    pub(super) async fn begin(
        target: &mut PgConnection,
        url: &DatabaseUrl,
        marker: Option<&Marker>,
    ) -> Result<Self, MoveError> {
        let mut transaction = target.begin().await.map_err(MoveError::Target)?;
        let status = status(&mut transaction).await.map_err(MoveError::Target)?;
        let move_id = move_id(&mut transaction, status).await.map_err(MoveError::Target)?;
        let shown = || url.to_string();
        match (status, marker) {
            (Status::Finished, Some(marker)) if move_id.as_ref() == Some(&marker.move_id) => {
                return Err(MoveError::Finished(shown()));
            }
            (Status::Begun, Some(marker)) if move_id.as_ref() == Some(&marker.move_id) => {}
            (_, Some(marker)) => return Err(MoveError::Moved(marker.to.clone())),
            (Status::Finished, None) => return Err(MoveError::Used(shown())),
            (Status::None, None) => create(&mut transaction, shown()).await?,
            (Status::Begun, None) => {}
        }
        let renew = "UPDATE hallpass_move SET move_id = coalesce(move_id, CAST(gen_random_uuid() AS text)),
            run = CAST(gen_random_uuid() AS text) WHERE NOT is_finished RETURNING move_id, run";
        let renewed = sqlx::query_as(renew).fetch_optional(&mut *transaction).await.map_err(MoveError::Target)?;
        let (move_id, id) = renewed.ok_or(MoveError::Overtaken)?;
        transaction.commit().await.map_err(MoveError::Target)?;
        Ok(Self { move_id, id })
    }

    /// Begins a transaction of this run. No other run can start until it ends.
    pub(super) async fn transaction<'t>(
        &self,
        target: &'t mut PgConnection,
    ) -> Result<Transaction<'t, Postgres>, MoveError> {
        let mut transaction = target.begin().await.map_err(MoveError::Target)?;
        let lock = "SELECT 1 FROM hallpass_move WHERE run = $1 AND NOT is_finished FOR SHARE";
        let held: Option<i32> = sqlx::query_scalar(lock)
            .bind(&self.id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(MoveError::Target)?;
        held.map(|_| transaction).ok_or(MoveError::Overtaken)
    }

    /// Records that the move is finished, so that servers can start. Its commit is synced to disk, and all earlier commits with
    /// it.
    pub(super) async fn finish(&self, target: &mut PgConnection) -> Result<(), MoveError> {
        let mut transaction = target.begin().await.map_err(MoveError::Target)?;
        transaction.execute("SET LOCAL synchronous_commit = on").await.map_err(MoveError::Target)?;
        let finish = sqlx::query("UPDATE hallpass_move SET is_finished = true WHERE run = $1").bind(&self.id);
        let finished = finish.execute(&mut *transaction).await.map_err(MoveError::Target)?;
        if finished.rows_affected() == 0 {
            return Err(MoveError::Overtaken);
        }
        transaction.commit().await.map_err(MoveError::Target)
    }
}

async fn create(transaction: &mut PgConnection, shown: String) -> Result<(), MoveError> {
    let has_users = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&mut *transaction);
    if has_users.await.map_err(MoveError::Target)? {
        return Err(MoveError::InUse(shown));
    }
    let create = "CREATE TABLE hallpass_move (is_finished boolean NOT NULL, move_id text, run text);
        INSERT INTO hallpass_move (is_finished) VALUES (false)";
    transaction.execute(create).await.map_err(MoveError::Target).map(drop)
}

/// The id of the move. `None` if an earlier version wrote the record.
async fn move_id(target: &mut PgConnection, status: Status) -> sqlx::Result<Option<String>> {
    if status == Status::None {
        return Ok(None);
    }
    let add = "ALTER TABLE hallpass_move ADD COLUMN IF NOT EXISTS move_id text, ADD COLUMN IF NOT EXISTS run text";
    target.execute(add).await?;
    sqlx::query_scalar("SELECT move_id FROM hallpass_move").fetch_one(target).await
}

async fn status(target: &mut PgConnection) -> sqlx::Result<Status> {
    let is_there = sqlx::raw_sql("SELECT to_regclass('hallpass_move') IS NOT NULL").fetch_one(&mut *target).await?;
    if !is_there.try_get(0)? {
        return Ok(Status::None);
    }
    let is_finished = sqlx::raw_sql("SELECT is_finished FROM hallpass_move").fetch_one(target).await?.try_get(0)?;
    Ok(if is_finished { Status::Finished } else { Status::Begun })
}

/// Rejects a database with an unfinished move, which may lack users.
pub(crate) async fn check_finished(target: &mut PgConnection, url: &str) -> Result<(), ConnectError> {
    match status(target).await {
        Ok(Status::None | Status::Finished) => Ok(()),
        Ok(Status::Begun) => Err(ConnectError::HalfMoved(url.to_owned())),
        Err(error) => Err(ConnectError::Open { url: url.to_owned(), cause: store_error(error) }),
    }
}
