//! SQLite files for the stories: each is a copy of one that was migrated once.

use std::{fs, path::Path, str::FromStr};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::patience::PATIENCE;

/// A folder in memory if the system has one. No story needs durability.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Creates a database with all tables and no rows in `folder`. Returns its URL.
pub(crate) async fn migrated_database(folder: &Path) -> String {
    static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let file = folder.join("story.db");
    fs::write(&file, MIGRATED.get_or_init(migrate).await).expect("a file");
    url(&file)
}

async fn migrate() -> Vec<u8> {
    let folder = folder();
    let (file, copy) = (folder.path().join("migrated.db"), folder.path().join("copy.db"));
    let store = hallpass_store::connect(&url(&file).parse().expect("a URL")).await.expect("a database");
    let mut connection = connect(&url(&file)).await.expect("the database");
    // The file alone lacks what is still in its write-ahead log.
    let copied = sqlx::query("VACUUM INTO $1").bind(copy.to_str().expect("a path in UTF-8"));
    copied.execute(&mut connection).await.expect("a copy");
    drop(store);
    fs::read(copy).expect("the copy")
}

/// Connects like another process, and waits for locks as long as stories wait for anything.
pub(crate) async fn connect(url: &str) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect_with(&SqliteConnectOptions::from_str(url)?.busy_timeout(PATIENCE)).await
}

pub(crate) fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
