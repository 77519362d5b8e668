//! The cost of counting a request, compared with the other costs of the request: `cargo bench --package server`.
//! Compare ratios within one run.

use std::sync::Arc;

use axum::{Router, body::Body, routing::get};
use divan::{Bencher, black_box};
use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    session::IssuedToken,
    settings::Settings,
    token::{Subject, TokenType, Tokens},
    user::UserKey,
};
use http::Request;
use server::metrics::Metrics;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn app() -> Router {
    Router::new().route("/api/sessions/{id}/", get(async || "answer"))
}

/// One request through the router, with nothing behind it.
fn ask(bencher: Bencher, app: Router) {
    let runtime = runtime();
    let request = || Request::get("/api/sessions/5a5a/").body(Body::empty()).expect("a request");
    bencher.with_inputs(request).bench_values(|request| runtime.block_on(app.clone().oneshot(black_box(request))));
}

#[divan::bench]
fn answer_a_request(bencher: Bencher) {
    ask(bencher, app());
}

#[divan::bench]
fn answer_and_count_a_request(bencher: Bencher) {
    ask(bencher, Arc::new(Metrics::default()).around(app()));
}

/// What a request does at the least that has an access token.
#[divan::bench]
fn verify_a_token(bencher: Bencher) {
    let now = Timestamp::from_seconds(1_700_000_000);
    let tokens = Tokens::new(Settings::with_signing_key(vec![7; 32].into())).expect("good settings");
    let subject = Subject {
        user: UserKey::Id(UserId(1)),
        session: SessionId::parse(&"5a".repeat(16)).expect("a session id"),
        generation: 3,
        custom: serde_json::Map::from_iter([("username".to_owned(), "ada".into())]).into(),
    };
    let issued = IssuedToken {
        jti: Jti::from_text("0123456789abcdef0123456789abcdef"),
        issued_at: now,
        expires_at: Timestamp::from_seconds(1_700_000_300),
    };
    let token = tokens.sign(&subject, TokenType::Access, &issued);
    bencher.bench(|| tokens.verify(black_box(&token), Some(TokenType::Access), now));
}
