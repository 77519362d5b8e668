//! `hallpass doctor` on PostgreSQL: nothing is migrated, and the advice fits the error.

use std::{fs, net::TcpListener, path::Path, process::Output};

use sqlx::{Connection, PgConnection};

use crate::{
    cluster::Cluster,
    command_line::{hallpass, said},
};

fn doctor(folder: &Path, database_url: &str) -> Output {
    let toml = format!(
        "listen = \"127.0.0.1:0\"\nsigning_key = \"Zk3vQ8-this-key-signs-what-a-story-needs-Wt71\"\ndatabase_url = \
         \"{database_url}\""
    );
    let file = folder.join("hallpass.toml");
    fs::write(&file, toml).expect("a file");
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("permissions");
    hallpass(folder, &["doctor"], "")
}

async fn count(url: &str, sql: &'static str) -> i64 {
    let mut connection = PgConnection::connect(url).await.expect("the database");
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a count")
}

#[tokio::test]
async fn a_doctor_creates_no_tables_and_applies_no_migrations() {
    let (cluster, folder) = (Cluster::start(&[]), tempfile::tempdir().expect("a folder"));
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let empty = cluster.database().await;
    let looked = doctor(folder.path(), &empty);
    assert!(looked.status.success() && said(&looked).contains("has no tables yet"), "{}", said(&looked));
    assert_eq!(count(&empty, tables).await, 0);

    let migrated = cluster.migrated_database().await;
    let current = doctor(folder.path(), &migrated);
    assert!(current.status.success() && said(&current).contains("opens and answers."), "{}", said(&current));
    assert!(said(&current).contains("durability"), "{}", said(&current));

    let mut connection = PgConnection::connect(&migrated).await.expect("the database");
    let forgotten =
        sqlx::query("DELETE FROM _sqlx_migrations WHERE description = 'application id'").execute(&mut connection).await;
    assert_eq!(forgotten.expect("good SQL").rows_affected(), 1);
    let outdated = doctor(folder.path(), &migrated);
    assert!(said(&outdated).contains("Pending migrations: 1."), "{}", said(&outdated));
    assert_eq!(count(&migrated, "SELECT count(*) FROM _sqlx_migrations WHERE description = 'application id'").await, 0);
}

#[tokio::test]
async fn the_advice_fits_the_error() {
    let (cluster, folder) = (Cluster::start(&[]), tempfile::tempdir().expect("a folder"));
    let port = cluster.port();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    for (url, advice) in [
        (format!("postgres://hallpass@127.0.0.1:{port}/missing?sslmode=disable"), "Create the database (createdb)"),
        (format!("postgres://nobody@127.0.0.1:{port}/postgres?sslmode=disable"), "Check the user and sslmode"),
        (format!("postgres://hallpass@127.0.0.1:{port}/postgres?sslmode=require"), "Check sslmode and sslrootcert"),
        (
            format!("postgres://hallpass@127.0.0.1:{silent}/postgres?sslmode=disable"),
            "Check that PostgreSQL is running",
        ),
    ] {
        let refused = doctor(folder.path(), &url);
        assert_eq!(refused.status.code(), Some(1), "{url}: {}", said(&refused));
        assert!(said(&refused).contains(advice), "{url}: {}", said(&refused));
    }
}
