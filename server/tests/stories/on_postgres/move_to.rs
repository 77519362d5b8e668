//! Moving from a SQLite file to a PostgreSQL server, with users signed in.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use hallpass_store::{DatabaseUrl, MoveError};
use reqwest::StatusCode;
use sqlx::{Connection, Executor, PgConnection, Row};

use super::moving::Moving;
use crate::command_line::said;

/// More than one batch of every kind of row.
const MANY: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
    INSERT INTO outstanding_tokens (jti, generation, created_at, expires_at)
        SELECT 'old ' || n, 0, n, 4102444800000 FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
    INSERT INTO security_events (at, kind, user_agent) SELECT n, 'signed_in', 'Søren’s \\ \"browser\"' FROM numbers";

fn url(text: &str) -> DatabaseUrl {
    text.parse().expect("a URL")
}

async fn count(database: &str, table: &'static str) -> i64 {
    let mut connection = PgConnection::connect(database).await.expect("the database");
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query(sql).fetch_one(&mut connection).await.expect("a count").get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_move_signs_nobody_out() {
    let moving = Moving::new().await;
    let server = moving.serve_file();
    let mut devices = Vec::new();
    for number in 0..5 {
        devices.push(moving.register(&format!("device{number}"), &server).await);
    }
    let mut thief = devices[0].clone();
    assert_eq!(moving.renew(&mut devices[0], &server).await, StatusCode::OK);
    let mut gone = devices.pop().expect("a device");
    assert_eq!(moving.leave(&gone, &server).await, StatusCode::OK);
    assert!(server.stop());
    let mut source = moving.open_source().await;
    sqlx::raw_sql(MANY).execute(&mut source).await.expect("many rows");

    // The first move ends halfway.
    let (from, to) = (url(&moving.source()), url(&moving.target));
    let cut = hallpass_store::transfer(&from, &to, |table, rows| {
        assert!(table != "outstanding_tokens" || rows < 2_000, "the connection is cut");
    });
    assert!(AssertUnwindSafe(cut).catch_unwind().await.is_err());
    assert!((1_000..=2_000).contains(&count(&moving.target, "outstanding_tokens").await));
    let half = hallpass_store::connect(&to).await.err().expect("an incomplete database is rejected").to_string();
    assert!(half.contains("is not finished"), "{half}");
    // Meanwhile the file is in use, and the copy becomes outdated.
    let server = moving.serve_file();
    assert_eq!(moving.renew(&mut devices[1], &server).await, StatusCode::OK);
    devices.push(moving.register("newcomer", &server).await);
    assert!(server.stop());
    source.execute("UPDATE users SET username = 'renamed' WHERE username = 'device2'").await.expect("a new name");

    let output = String::from_utf8(moving.complete().stdout).expect("text");
    assert!(output.contains("outstanding_tokens: 25") && output.contains("Done: both sides"), "{output}");

    // The key stays in the folder.
    let server = moving.serve_target();
    for device in &mut devices {
        assert_eq!(device.me(&moving.client, &server.url).await, StatusCode::OK);
        assert_eq!(moving.renew(device, &server).await, StatusCode::OK);
    }
    assert_eq!(gone.me(&moving.client, &server.url).await, StatusCode::UNAUTHORIZED);
    assert_eq!(moving.renew(&mut gone, &server).await, StatusCode::UNAUTHORIZED);
    moving.register("latecomer", &server).await;
    assert!(server.stop());
    let server = moving.serve_target_with("export HALLPASS_REFRESH_REUSE_GRACE=0s;");
    assert_eq!(moving.renew(&mut thief, &server).await, StatusCode::UNAUTHORIZED);
    assert!(server.stop());

    let again = hallpass_store::transfer(&from, &to, |_, _| {}).await;
    assert!(matches!(again, Err(MoveError::Finished(_))), "a finished move is not repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_into_a_database_with_users_is_rejected() {
    let moving = Moving::new().await;
    let server = moving.serve_target_with("export HALLPASS_SIGNING_KEY='a key of more than thirty-two bytes';");
    moving.register("ada", &server).await;
    assert!(server.stop());
    let nothing = said(&moving.move_to(&moving.target));
    assert!(nothing.contains("is not a SQLite file of Hallpass"), "{nothing}");
    let server = moving.serve_file();
    moving.register("eve", &server).await;
    assert!(server.stop());
    for (to, sentence) in [
        (moving.target.as_str(), "already has users"),
        ("mysql://x", "--to begins with mysql:, which is not supported"),
        ("sqlite://y.db", "is not a PostgreSQL database"),
    ] {
        let rejected = moving.move_to(to);
        assert!(!rejected.status.success() && said(&rejected).contains(sentence), "{}", said(&rejected));
    }
    assert_eq!(count(&moving.target, "users").await, 1);
}
