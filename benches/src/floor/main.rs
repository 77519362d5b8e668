//! The floor of the benchmarks: bare axum that does only the necessary work of each request, with the crates that
//! Hallpass uses. Without limits, revocations, rotation rules and useful errors: not for production.

mod database;
mod passwords;
mod tokens;

use std::{env, error::Error, path::Path, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, options, post},
};
use database::Database;
use http::{HeaderMap, StatusCode, header};
use passwords::Passwords;
use serde::{Deserialize, Serialize};
use tokens::{Claims, Tokens};
use tokio::net::TcpListener;

/// The server's value.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Hallpass's response to `OPTIONS /api/me/`, which only requires a valid token.
const GUARDED: &str = r#"{"description":"","name":"Me","parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"],"renders":["application/json"]}"#;

struct Floor {
    tokens: Tokens,
    database: Database,
    passwords: Passwords,
}

#[derive(Deserialize)]
struct Refresh {
    refresh: String,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

#[derive(Serialize)]
struct Pair {
    access: String,
    refresh: String,
}

/// Environment: `LISTEN`; `ALGORITHM` and `VERIFYING_KEY`, a secret or a public key in PEM; `DATABASE`, a file that
/// Hallpass has created.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let floor = Floor {
        tokens: Tokens::new(&env::var("ALGORITHM")?, &env::var("VERIFYING_KEY")?)?,
        database: Database::open(Path::new(&env::var("DATABASE")?)).await?,
        passwords: Passwords::new(),
    };
    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/api/me/", options(authenticated))
        .route("/api/token/refresh/", post(refresh))
        .route("/api/token/", post(sign_in))
        .with_state(Arc::new(floor));
    axum::serve(TcpListener::bind(env::var("LISTEN")?).await?, router).await?;
    Ok(())
}

/// Parses the header, verifies the signature and answers.
async fn authenticated(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match token {
        Some(token) if floor.tokens.verifies(token) => {
            ([(header::CONTENT_TYPE, "application/json")], GUARDED).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Verifies a token, commits a transaction and signs twice.
async fn refresh(State(floor): State<Arc<Floor>>, Json(body): Json<Refresh>) -> Result<Json<Pair>, StatusCode> {
    let claims = floor.tokens.claims(&body.refresh).ok_or(StatusCode::UNAUTHORIZED)?;
    let spent = claims.jti.clone();
    let next = claims.successor();
    let is_rotated = floor.database.rotate(&spent, &next).await.map_err(failed)?;
    if is_rotated { Ok(Json(floor.tokens.pair(&next))) } else { Err(StatusCode::UNAUTHORIZED) }
}

/// Computes one argon2 hash, commits a transaction and signs twice.
async fn sign_in(State(floor): State<Arc<Floor>>, Json(body): Json<Credentials>) -> Result<Json<Pair>, StatusCode> {
    let found = floor.database.find_password(&body.username).await.map_err(failed)?;
    let (user, stored) = found.ok_or(StatusCode::UNAUTHORIZED)?;
    if !floor.passwords.verify(body.password, stored).await {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let first = Claims::refresh(user.to_string(), tokens::random_id());
    floor.database.open_session(user, &first).await.map_err(failed)?;
    Ok(Json(floor.tokens.pair(&first)))
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands the error over")]
fn failed(error: sqlx::Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
