use std::path::Path;

use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::command_line::{hallpass, said};

/// A Django project's file as its migrations create it, without the columns that are not read.
const TABLES: &str = "
    CREATE TABLE auth_user (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL, last_login datetime NULL,
        is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, email varchar(254) NOT NULL,
        is_staff bool NOT NULL, is_active bool NOT NULL, date_joined datetime NOT NULL);
    CREATE TABLE token_blacklist_outstandingtoken (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT, token text NOT NULL, created_at datetime NULL,
        expires_at datetime NOT NULL, user_id bigint NULL REFERENCES auth_user (id), jti varchar(255) NOT NULL UNIQUE);
    CREATE TABLE token_blacklist_blacklistedtoken (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT, blacklisted_at datetime NOT NULL,
        token_id bigint NOT NULL UNIQUE REFERENCES token_blacklist_outstandingtoken (id));";

pub(crate) async fn django(folder: &Path, rows: &'static str) {
    let options = SqliteConnectOptions::new().filename(folder.join("db.sqlite3")).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("a file");
    for statements in [TABLES, rows] {
        sqlx::raw_sql(statements).execute(&mut connection).await.expect("good SQL");
    }
}

/// A folder with a Django project's file, where imports run.
struct Import(TempDir);

impl Import {
    async fn from(rows: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        django(folder.path(), rows).await;
        Self(folder)
    }

    /// The output of an import with these options.
    fn run(&self, options: &[&str]) -> String {
        said(&hallpass(self.0.path(), &[&["import-django", "db.sqlite3"], options].concat(), ""))
    }

    async fn connect(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.0.path().join(file));
        SqliteConnection::connect_with(&options).await.expect("a file")
    }

    async fn change(&self, file: &str, statement: &'static str) {
        sqlx::query(statement).execute(&mut self.connect(file).await).await.expect("good SQL");
    }

    async fn numbers(&self, query: &'static str) -> Vec<Option<i64>> {
        let rows = sqlx::query(query).fetch_all(&mut self.connect("hallpass.db").await).await.expect("good SQL");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test]
async fn an_import_keeps_milliseconds_and_reports_odd_rows() {
    let import = Import::from(
        "INSERT INTO auth_user VALUES
             (1, '', NULL, 0, 'ada', '', 0, 1, '2023-11-14 22:13:20.123999'),
             (2, 'sha1$salt$deadbeef', '2023-11-14 22:13:21', 0, 'bob', '', 0, 1, '2023-11-14 22:13:20'),
             (3, '!', NULL, 0, '   ', '', 0, 1, '2023-11-14 22:13:20'),
             (4, '!', NULL, 0, 'eve', '', 0, 1, 'some day');
         INSERT INTO token_blacklist_outstandingtoken VALUES
             (1, 'x.y.z', '2023-11-14 22:13:20', '2990-01-01 00:00:00.5', 1, 'living'),
             (2, 'x.y.z', '2023-11-14 22:13:20', '2023-11-15 22:13:20', 1, 'dead'),
             (3, 'x.y.z', NULL, '2990-01-01 00:00:00', NULL, 'taken back');
         INSERT INTO token_blacklist_blacklistedtoken VALUES (1, '2023-11-14 22:13:20.000001', 3);",
    )
    .await;
    let output = import.run(&[]);
    for sentence in [
        "Users: 2 imported, 0 updated, 0 unchanged, 2 skipped.",
        "Refresh tokens: 2 imported, 0 updated, 0 unchanged, 1 skipped.",
        "1 of the tokens: already blacklisted in the source",
        "1 of the users: has no password — ada (1)",
        "1 of the users: has a password hash of an unknown format; set a new password with `hallpass changepassword` — bob (2)",
        "1 of the users: skipped: the username is empty —     (3)",
        "1 of the users: skipped: the row cannot be read — 4: ",
        "1 of the tokens: skipped: it has expired — dead",
        "NOT accepted here",
    ] {
        assert!(output.contains(sentence), "{sentence}\n{output}");
    }
    let joined = import.numbers("SELECT date_joined FROM users ORDER BY id").await;
    assert_eq!(joined, [Some(1_700_000_000_123), Some(1_700_000_000_000)]);
    let last = import.numbers("SELECT last_login FROM users ORDER BY id").await;
    assert_eq!(last, [None, Some(1_700_000_001_000)]);
    let spent = import.numbers("SELECT blacklisted_at FROM outstanding_tokens ORDER BY jti").await;
    assert_eq!(spent, [None, Some(1_700_000_000_000)]);
    let text = std::fs::read(import.0.path().join("hallpass.db")).expect("our file");
    assert!(!text.windows(5).any(|window| window == b"x.y.z"), "no token is stored");
}

#[tokio::test]
async fn a_token_of_a_deleted_user_opens_no_account_and_a_taken_username_skips_only_its_user() {
    let import = Import::from(
        "INSERT INTO auth_user VALUES
             (5, '!', NULL, 0, 'bob', '', 0, 1, '2023-11-14 22:13:20'),
             (6, '!', NULL, 0, 'eve', '', 0, 1, '2023-11-14 22:13:20');
         INSERT INTO token_blacklist_outstandingtoken VALUES
             (1, 'x.y.z', '2023-11-14 22:13:20', '2990-01-01 00:00:00', NULL, 'of nobody');",
    )
    .await;
    let output = import.run(&[]);
    assert!(output.contains("blacklisted: its user was deleted there — of nobody"), "{output}");
    let spent = "SELECT blacklisted_at FROM outstanding_tokens WHERE jti = 'of nobody'";
    assert!(import.numbers(spent).await[0].is_some());
    import.change("db.sqlite3", "UPDATE auth_user SET username = 'joy', is_active = FALSE WHERE id = 5").await;
    import.change("hallpass.db", "UPDATE users SET username = 'joy' WHERE id = 6").await;
    let output = import.run(&[]);
    assert!(output.contains("kept the old username: another user here has the new one"), "{output}");
    assert_eq!(import.numbers("SELECT is_active FROM users WHERE username = 'bob'").await, [Some(0)]);
}

#[tokio::test]
async fn a_large_table_is_imported_in_batches_and_a_dry_run_changes_nothing() {
    let import = Import::from(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO auth_user SELECT n, '!', NULL, 0, 'user' || n, '', 0, 1, '2023-11-14 22:13:20' FROM numbers;",
    )
    .await;
    let rehearsed = import.run(&["--dry-run"]);
    assert!(rehearsed.contains("Users: 1200 imported") && rehearsed.contains("nothing was changed"), "{rehearsed}");
    assert_eq!(import.numbers("SELECT count(*) FROM users").await, [Some(0)]);
    assert!(import.run(&[]).contains("Users: 1200 imported"));
    assert_eq!(import.numbers("SELECT count(*) FROM users").await, [Some(1200)]);
    let by_url = ["import-django", "sqlite://db.sqlite3", "--user-table", "auth_user"];
    let again = said(&hallpass(import.0.path(), &by_url, ""));
    assert!(again.contains("Users: 0 imported, 0 updated, 1200 unchanged, 0 skipped."), "{again}");
}

#[tokio::test]
async fn an_import_without_users_is_recorded_but_a_dry_run_is_not() {
    let import =
        Import::from("INSERT INTO auth_user VALUES (1, '!', NULL, 0, '  ', '', 0, 1, '2023-11-14 22:13:20');").await;
    for (options, recorded) in [(&["--dry-run"] as &[&str], 0), (&[], 1)] {
        assert!(import.run(options).contains("Users: 0 imported, 0 updated, 0 unchanged, 1 skipped."));
        assert_eq!(import.numbers("SELECT count(*) FROM imports").await, [Some(recorded)], "{options:?}");
    }
}

#[test]
fn an_impossible_import_fails_with_one_sentence_and_creates_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("text"), "not a database ".repeat(100)).expect("a file");
    for (source, sentence) in [
        ("mysql://root@localhost/site", "Error: MySQL databases are not supported. Copy the data to a SQLite file"),
        ("oracle://site", "Error: Oracle databases are not supported."),
        ("nowhere.sqlite3", "Error: the file \"nowhere.sqlite3\" does not exist"),
        ("text", "Error: the Django database cannot be read"),
        ("postgres://[", "Error: the URL of the Django database is not a PostgreSQL URL"),
        ("postgres://nobody@127.0.0.1:1/site", "Error: the Django database cannot be read"),
    ] {
        let output = hallpass(folder.path(), &["import-django", source], "");
        assert!(!output.status.success() && said(&output).starts_with(sentence), "{}", said(&output));
    }
    assert!(!folder.path().join("hallpass.db").exists());
}
