//! Hallpass with an own table and protected endpoints, on connections to the same database.
//!
//! `cargo run --package server --example notes` serves it on <http://localhost:3000>. It uses SQLite; for PostgreSQL
//! take `pool().postgres()` and its placeholders (`$1`).

use std::borrow::Cow;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use http::StatusCode;
use server::{
    Builder, Hallpass,
    commands::Failure,
    config::Config,
    extract::{SignedIn, Staff},
};
use sqlx::{
    SqlSafeStr, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
};

const NOTES: &str = "CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT";

/// An application with files of migrations writes `sqlx::migrate!("migrations")` instead.
fn migrations() -> Migrator {
    let notes = Migration::new(1, Cow::from("notes"), MigrationType::Simple, NOTES.into_sql_str(), false);
    Migrator::with_migrations(vec![notes])
}

fn notes(config: Config) -> Builder {
    Hallpass::builder(config).migrations(migrations()).routes(routes)
}

fn routes(hallpass: Hallpass) -> Router {
    Router::new().route("/api/notes/", post(add).get(list)).route("/api/notes/count/", get(count)).with_state(hallpass)
}

async fn add(
    State(hallpass): State<Hallpass>,
    SignedIn(bearer): SignedIn,
    Json(text): Json<String>,
) -> Result<StatusCode, StatusCode> {
    let insert = sqlx::query("INSERT INTO notes (owner, text) VALUES (?, ?)").bind(bearer.user.0).bind(text);
    insert.execute(database(&hallpass)?).await.map_err(failed)?;
    Ok(StatusCode::CREATED)
}

async fn list(State(hallpass): State<Hallpass>, SignedIn(bearer): SignedIn) -> Result<Json<Vec<String>>, StatusCode> {
    let select = sqlx::query_scalar("SELECT text FROM notes WHERE owner = ? ORDER BY id").bind(bearer.user.0);
    select.fetch_all(database(&hallpass)?).await.map(Json).map_err(failed)
}

/// The number of notes of all users, for staff.
async fn count(State(hallpass): State<Hallpass>, Staff(_): Staff) -> Result<Json<i64>, StatusCode> {
    let count = sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(database(&hallpass)?);
    count.await.map(Json).map_err(failed)
}

fn database(hallpass: &Hallpass) -> Result<&SqlitePool, StatusCode> {
    hallpass.pool().sqlite().ok_or(StatusCode::NOT_IMPLEMENTED)
}

fn failed(error: sqlx::Error) -> StatusCode {
    tracing::error!(%error, "a note could not be read or written");
    StatusCode::SERVICE_UNAVAILABLE
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    notes(Config::load(None)?).serve().await
}

#[cfg(test)]
mod support;

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::{notes, support::Application};

    #[tokio::test]
    async fn each_user_reads_only_their_own_notes() {
        let application = Application::start(notes).await;
        let (ada, eve) = (application.register("ada").await, application.register("eve").await);
        assert_eq!(application.post_as(&ada, "/api/notes/", &json!("buy milk")).await.0, StatusCode::CREATED);
        assert_eq!(application.get_as(&ada, "/api/notes/").await, (StatusCode::OK, json!(["buy milk"])));
        assert_eq!(application.get_as(&eve, "/api/notes/").await, (StatusCode::OK, json!([])));
    }

    #[tokio::test]
    async fn a_request_without_a_token_is_rejected() {
        let application = Application::start(notes).await;
        assert_eq!(application.post("/api/notes/", &json!("buy milk")).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(application.challenge("/api/notes/").await.as_deref(), Some("Bearer realm=\"api\""));
    }

    #[tokio::test]
    async fn a_body_of_more_than_64_kb_is_rejected() {
        let application = Application::start(notes).await;
        let ada = application.register("ada").await;
        let long = json!("x".repeat(64 * 1024));
        assert_eq!(application.post_as(&ada, "/api/notes/", &long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn only_staff_read_the_count() {
        let application = Application::start(notes).await;
        let ada = application.register("ada").await;
        assert_eq!(application.get_as(&ada, "/api/notes/count/").await.0, StatusCode::FORBIDDEN);
        let boss = application.create_staff("boss").await;
        assert_eq!(application.get_as(&boss, "/api/notes/count/").await, (StatusCode::OK, json!(0)));
    }

    #[tokio::test]
    async fn the_table_is_still_there_after_a_restart() {
        let mut application = Application::start(notes).await;
        let ada = application.register("ada").await;
        application.post_as(&ada, "/api/notes/", &json!("buy milk")).await;
        application.restart(notes).await;
        assert_eq!(application.get_as(&ada, "/api/notes/").await, (StatusCode::OK, json!(["buy milk"])));
    }
}
