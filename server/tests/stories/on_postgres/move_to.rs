//! Growing from a file to a PostgreSQL server, with people signed in.

use std::{panic::AssertUnwindSafe, path::Path};

use futures::FutureExt;
use hallpass_store::{self, DatabaseUrl, MoveError};
use reqwest::StatusCode;
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::{
    cluster::Cluster,
    command_line::{hallpass, said},
    process::{Device, Process, client},
};

/// More than one piece, of everything that there can be many of.
const MANY: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
    INSERT INTO outstanding_tokens (jti, generation, created_at, expires_at)
        SELECT 'old ' || n, 0, n, 4102444800000 FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
    INSERT INTO security_events (at, kind, user_agent) SELECT n, 'signed_in', 'Søren’s \\ \"browser\"' FROM numbers";

fn file(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("hallpass.db").display())
}

fn url(text: &str) -> DatabaseUrl {
    text.parse().expect("a URL")
}

fn on(database: &str) -> String {
    format!("export HALLPASS_DATABASE_URL='{database}';")
}

async fn count(database: &str, table: &'static str) -> i64 {
    let mut connection = PgConnection::connect(database).await.expect("the database");
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query(sql).fetch_one(&mut connection).await.expect("a count").get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_out_by_a_move_that_was_interrupted() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let process = Process::start(folder.path(), "");
    let mut devices = Vec::new();
    for number in 0..5 {
        devices.push(Device::register(&client, &process.url, &format!("device{number}")).await);
    }
    let mut thief = devices[0].clone();
    assert_eq!(devices[0].renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    let mut gone = devices.pop().expect("a device");
    assert_eq!(gone.leave(&client, &process.url).await, StatusCode::OK);
    assert!(process.stop());
    let mut source = SqliteConnection::connect(&file(folder.path())).await.expect("the file");
    sqlx::raw_sql(MANY).execute(&mut source).await.expect("many rows");

    // The first move ends in the middle.
    let (from, to) = (url(&file(folder.path())), url(&database));
    let cut = hallpass_store::transfer(&from, &to, |table, rows| {
        assert!(table != "outstanding_tokens" || rows < 2_000, "the line is cut");
    });
    assert!(AssertUnwindSafe(cut).catch_unwind().await.is_err());
    assert!((1_000..=2_000).contains(&count(&database, "outstanding_tokens").await));
    let half = hallpass_store::connect(&to).await.err().expect("half a database serves nobody").to_string();
    assert!(half.contains("is not finished"), "{half}");
    // Meanwhile the file lives on, and what was copied is not true any more.
    let process = Process::start(folder.path(), "");
    assert_eq!(devices[1].renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    let newcomer = Device::register(&client, &process.url, "newcomer").await;
    assert!(process.stop());
    source.execute("UPDATE users SET username = 'renamed' WHERE username = 'device2'").await.expect("a new name");

    let moved = hallpass(folder.path(), &["move", "--to", &database], "");
    assert!(moved.status.success(), "{}", said(&moved));
    let told = String::from_utf8(moved.stdout.clone()).expect("text");
    assert!(told.contains("outstanding_tokens: 25") && told.contains("Done: both sides"), "{told}");

    // The key is in the folder, as it was.
    let process = Process::start(folder.path(), &on(&database));
    devices.push(newcomer);
    for device in &mut devices {
        assert_eq!(device.me(&client, &process.url).await, StatusCode::OK);
        assert_eq!(device.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    }
    assert_eq!(gone.me(&client, &process.url).await, StatusCode::UNAUTHORIZED);
    assert_eq!(gone.renew(&client, &process.url).await.expect("an answer"), StatusCode::UNAUTHORIZED);
    Device::register(&client, &process.url, "latecomer").await;
    assert!(process.stop());
    let short = format!("{} export HALLPASS_REFRESH_REUSE_GRACE=0s;", on(&database));
    let process = Process::start(folder.path(), &short);
    assert_eq!(thief.renew(&client, &process.url).await.expect("an answer"), StatusCode::UNAUTHORIZED);
    assert!(process.stop());

    let again = hallpass_store::transfer(&from, &to, |_, _| {}).await;
    assert!(matches!(again, Err(MoveError::Finished(_))), "what lives there is not overwritten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_users_of_its_own_is_not_moved_into() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let key = "export HALLPASS_SIGNING_KEY='a key of more than thirty-two bytes';";
    let process = Process::start(folder.path(), &format!("{key} {}", on(&database)));
    Device::register(&client, &process.url, "ada").await;
    assert!(process.stop());
    let nothing = hallpass(folder.path(), &["move", "--to", &database], "");
    assert!(said(&nothing).contains("is not a SQLite file of Hallpass"), "{}", said(&nothing));
    let process = Process::start(folder.path(), "");
    Device::register(&client, &process.url, "eve").await;
    assert!(process.stop());
    for (to, sentence) in [
        (database.as_str(), "already has users"),
        ("mysql://x", "--to begins with mysql:, which is not supported"),
        ("sqlite://y.db", "is not a PostgreSQL database"),
    ] {
        let refused = hallpass(folder.path(), &["move", "--to", to], "");
        assert!(!refused.status.success() && said(&refused).contains(sentence), "{}", said(&refused));
    }
    assert_eq!(count(&database, "users").await, 1);
}
