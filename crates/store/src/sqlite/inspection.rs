//! Inspects a SQLite file for `hallpass doctor`.

use std::{fs::File, io::Read, path::Path, time::Duration};

use futures::future::BoxFuture;
use hallpass_core::store::Finding;
use sqlx::SqliteConnection;

use super::{access, contents};
use crate::{
    ConnectError, SqliteFile,
    inspection::Inspection,
    schema::Schema,
    sql::Connection,
    tables::examination,
    transfer::marker::{self, Marker},
};

/// Bytes 18 and 19 of the file's header are 2 in WAL mode (<https://sqlite.org/fileformat2.html>, 1.3.3).
const FORMAT_VERSIONS: std::ops::Range<usize> = 18..20;
const WAL: [u8; 2] = [2, 2];

/// Inspects the file without changing it. `wait` bounds the wait for another process.
///
/// The process must not have the file open: closing it releases all POSIX locks of the process on it.
pub(crate) async fn inspect(file: &SqliteFile, wait: Duration) -> Result<Inspection, ConnectError> {
    let path = file.path();
    access::check(path).map_err(|problem| ConnectError::Access { url: file.to_string(), problem })?;
    if !path.exists() {
        return Ok(Inspection { schema: Schema::Missing, findings: Vec::new(), newest: None });
    }
    let read = contents::read(path, wait, read).await;
    let mut inspection = match read.map_err(|error| ConnectError::open(file, error))? {
        Found::Tables(inspection) => inspection,
        Found::Marker(Marker { to, .. }) => return Err(ConnectError::Moved { url: file.to_string(), to }),
    };
    inspection.schema.accept(file)?;
    if inspection.schema == Schema::Current {
        inspection.findings.push(journal(path));
    }
    Ok(inspection)
}

/// The contents of a file.
enum Found {
    /// The marker of a move. The tables are not read, because the file is no longer used.
    Marker(Marker),
    Tables(Inspection),
}

fn read(connection: &mut SqliteConnection) -> BoxFuture<'_, sqlx::Result<Found>> {
    Box::pin(async move {
        if let Some(marker) = marker::find(connection).await? {
            return Ok(Found::Marker(marker));
        }
        let schema = contents::schema(connection).await?;
        examination::examine(&mut Connection::sqlite(connection), schema).await.map(Found::Tables)
    })
}

fn journal(path: &Path) -> Finding {
    let mut header = [0; 20];
    let is_read = File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok();
    if is_read && header[FORMAT_VERSIONS] == WAL {
        return Finding::good("journal", "The journal mode is WAL.");
    }
    let advice = "Move the file to a local disk: network file systems do not support WAL.";
    Finding::doubtful("journal", "The journal mode is not WAL.", advice)
}
