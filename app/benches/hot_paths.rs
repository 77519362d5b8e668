//! The cost of a request: `cargo bench` (or `make bench`). Each path is measured beside its floor, which is the same
//! cryptography alone. Compare ratios within one run.

use std::time::Duration;

use divan::{Bencher, black_box};
use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    keys::{Algorithm, Key},
    rotation::{Facts, Presented, RotationMode, SessionFacts, UserStatus, decide},
    session::IssuedToken,
    settings::Settings,
    token::{Subject, TokenType, Tokens},
    user::UserKey,
};
use hallpass_leptos::pair::{Incoming, Stored, StoredPair, VERSION, merge};

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const SECRET: [u8; 32] = [7; 32];

fn main() {
    divan::main();
}

fn tokens() -> Tokens {
    Tokens::new(Settings::with_signing_key(SECRET.to_vec().into())).expect("good settings")
}

fn token(tokens: &Tokens) -> String {
    let subject = Subject {
        user: UserKey::Id(UserId(1)),
        session: SessionId::parse(&"5a".repeat(16)).expect("a session id"),
        generation: 3,
        custom: serde_json::Map::from_iter([("username".to_owned(), "ada".into())]).into(),
    };
    let issued = IssuedToken {
        jti: Jti::from_text("0123456789abcdef0123456789abcdef"),
        issued_at: NOW,
        expires_at: NOW + Duration::from_mins(5),
    };
    tokens.sign(&subject, TokenType::Access, &issued)
}

#[divan::bench]
fn verify_a_token(bencher: Bencher) {
    let tokens = tokens();
    let token = token(&tokens);
    bencher.bench(|| tokens.verify(black_box(&token), Some(TokenType::Access), NOW));
}

/// As most requests do: with a token that came before.
#[divan::bench]
fn recognize_a_token(bencher: Bencher) {
    let tokens = tokens();
    let token = token(&tokens);
    bencher.bench(|| tokens.recognize(black_box(&token), NOW));
}

#[divan::bench]
fn verify_the_signature_alone(bencher: Bencher) {
    let token = token(&tokens());
    let (message, signature) = token.rsplit_once('.').expect("a signature");
    let key = Key::new(Algorithm::HS256, &SECRET.to_vec().into(), None).expect("a good key");
    bencher.bench(|| key.verifies(black_box(signature), black_box(message)));
}

#[divan::bench]
fn issue_a_token(bencher: Bencher) {
    let tokens = tokens();
    bencher.bench(|| token(black_box(&tokens)));
}

#[divan::bench]
fn sign_alone(bencher: Bencher) {
    let token = token(&tokens());
    let (message, _) = token.rsplit_once('.').expect("a signature");
    let key = Key::new(Algorithm::HS256, &SECRET.to_vec().into(), None).expect("a good key");
    bencher.bench(|| key.sign(black_box(message)));
}

#[divan::bench]
fn decide_a_rotation(bencher: Bencher) {
    let facts = Facts {
        now: NOW,
        grace: Duration::from_secs(30),
        mode: RotationMode::RotateAndBlacklist,
        session: SessionFacts {
            generation: 5,
            last_seen_generation: 5,
            ends_at: NOW + Duration::from_mins(1),
            ended: None,
        },
        presented: Presented { generation: 4, spent_at: Some(NOW) },
        user: UserStatus::Active,
    };
    bencher.bench(|| decide(black_box(&facts)));
}

/// What each tab does with the pair that a refresh answered; here natively, in a browser as WebAssembly.
#[divan::bench]
fn merge_a_renewal(bencher: Bencher) {
    let tokens = tokens();
    let pair = |generation| StoredPair {
        v: VERSION,
        sid: "5a".repeat(16),
        generation,
        access: token(&tokens).into(),
        refresh: token(&tokens).into(),
        received_at: 0,
        skew: 0,
        unfinished: Vec::new(),
    };
    let stored = Stored::Pair(pair(2));
    let renewal = Incoming::Renewal(pair(3));
    bencher.with_inputs(|| renewal.clone()).bench_values(|renewal| merge(black_box(Some(&stored)), renewal));
}
