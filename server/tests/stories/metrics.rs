//! Metrics and their endpoint.

use std::{sync::Arc, time::Duration};

use hallpass_core::{
    clients::{Client, Clients},
    limits::{Limits, Rate},
    settings::Settings,
};
use serde_json::json;
use server::{
    connections::Open,
    metrics::{Metrics, MetricsState},
    telemetry::DroppedLines,
};

use crate::{
    actors::{PASSWORD, World, foreign, settings},
    process::{Device, Process, client},
};

/// A world with metrics.
struct Counted {
    world: World,
    state: MetricsState,
}

impl Counted {
    async fn with(settings: Settings) -> Self {
        let metrics = Arc::new(Metrics::default());
        let observer = metrics.clone();
        let world = World::changed(settings, |auth| auth.observed_by(observer)).await;
        let state = MetricsState {
            metrics,
            auth: world.auth.clone(),
            open: Open::default(),
            dropped_lines: DroppedLines::default(),
        };
        Self { world, state }
    }

    /// The value of the metric with that name and labels.
    fn figure(&self, series: &str) -> u64 {
        figure(&self.state.render(), series)
    }

    /// The rules by which refreshes were counted, in order, without zeros.
    fn refreshes(&self) -> Vec<String> {
        let text = self.state.render();
        let counted = text.lines().filter(|line| line.starts_with("hallpass_refreshes") && !line.ends_with(" 0"));
        let mut words: Vec<_> = counted.map(|line| line.split('"').nth(1).expect("a word").to_owned()).collect();
        words.sort();
        words
    }
}

fn figure(text: &str, series: &str) -> u64 {
    let found = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {series} in {text}")).parse().expect("a number")
}

fn without_limits() -> Settings {
    settings()
}

#[tokio::test]
async fn each_refresh_is_counted_by_its_rotation_rule() {
    let counted = Counted::with(without_limits()).await;
    let world = &counted.world;
    let mut ada = world.signed_in("ada").await;
    let first = ada.clone();
    ada.refresh().await;
    assert_eq!(counted.refreshes(), ["rotated"]);
    assert_eq!(first.try_refresh().await.status, 200);
    assert_eq!(counted.refreshes(), ["reissued", "rotated"], "two tabs");
    world.pass(Duration::from_secs(31));
    assert_eq!(first.try_refresh().await.status, 200);
    assert_eq!(counted.refreshes(), ["recovered", "reissued", "rotated"], "nothing of the answer was seen in use");
    assert_eq!(ada.me().await.status, 200);
    world.pass(Duration::from_secs(31));
    assert_eq!(first.try_refresh().await.status, 401);
    assert_eq!(counted.refreshes(), ["recovered", "reissued", "reuse", "rotated"]);
    for rule in ["rotated", "reissued", "recovered", "reuse"] {
        assert_eq!(counted.figure(&format!("hallpass_refreshes_total{{rule=\"{rule}\"}}")), 1, "{rule}");
    }
}

#[tokio::test]
async fn a_reissue_after_a_recovery_is_counted_as_a_reissue() {
    let counted = Counted::with(without_limits()).await;
    let mut ada = counted.world.signed_in("ada").await;
    let first = ada.clone();
    ada.refresh().await;
    counted.world.pass(Duration::from_secs(31));
    for (rule, recovered, reissued) in [("recovered", 1, 0), ("reissued", 1, 1), ("reissued", 1, 2)] {
        assert_eq!(first.try_refresh().await.status, 200, "{rule}");
        assert_eq!(counted.figure("hallpass_refreshes_total{rule=\"recovered\"}"), recovered, "{rule}");
        assert_eq!(counted.figure("hallpass_refreshes_total{rule=\"reissued\"}"), reissued, "{rule}");
    }
    assert_eq!(counted.figure("hallpass_refreshes_total{rule=\"rotated\"}"), 1);
}

#[tokio::test]
async fn introspecting_or_verifying_a_token_is_not_counted_as_a_failure() {
    let secret = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";
    let clients = Clients::from_iter([Client::with_secret("gateway", secret).expect("a client")]);
    let counted = Counted::with(Settings { clients, ..without_limits() }).await;
    let world = &counted.world;
    let ada = world.signed_in("ada").await;
    ada.blacklist().await;
    let nobody = foreign(&json!({ "token_type": "access", "user_id": "99", "jti": "k", "exp": world.now() + 60 }));
    let failures = || {
        let text = counted.state.render();
        let lines = text.lines().filter_map(|line| line.strip_prefix("hallpass_token_failures_total"));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum::<u64>()
    };
    for token in [&ada.access, &ada.refresh, &nobody] {
        let request = world.request("POST", "/oauth/introspect").basic_auth("gateway", Some(secret));
        let answer = request.form(&[("token", token)]).send().await.expect("an answer");
        assert_eq!(answer.text().await.expect("text"), r#"{"active":false}"#);
    }
    assert_eq!(failures(), 0);
    ada.me().await;
    assert_eq!(failures(), 1);
}

#[tokio::test]
async fn reuse_of_the_previous_token_is_counted_as_a_suspected_false_sign_out() {
    let counted = Counted::with(without_limits()).await;
    let suspected = || counted.figure("hallpass_suspected_false_sign_outs_total");
    for (name, renewals, is_suspected) in [("grandparent", 2, 0), ("parent", 1, 1)] {
        let mut actor = counted.world.signed_in(name).await;
        let old = actor.clone();
        for _ in 0..renewals {
            actor.refresh().await;
            assert_eq!(actor.me().await.status, 200);
        }
        counted.world.pass(Duration::from_secs(31));
        assert_eq!(old.try_refresh().await.status, 401);
        assert_eq!(suspected(), is_suspected, "{name}");
    }
    assert_eq!(counted.figure("hallpass_refreshes_total{rule=\"reuse\"}"), 2);
}

#[tokio::test]
async fn refreshes_without_rotation_and_of_foreign_tokens_are_counted_as_such() {
    let counted = Counted::with(Settings { rotate_refresh_tokens: false, ..without_limits() }).await;
    let ada = counted.world.signed_in("ada").await;
    assert_eq!(ada.try_refresh().await.status, 200);
    assert_eq!(counted.refreshes(), ["kept"]);
    let counted = Counted::with(without_limits()).await;
    counted.world.user("ada").await;
    let (iat, exp) = (counted.world.now(), counted.world.now() + 600);
    let claims = json!({ "token_type": "refresh", "user_id": "1", "jti": "of Django", "iat": iat, "exp": exp });
    let theirs = foreign(&claims);
    for rules in [&["adopted"] as &[&str], &["adopted", "reissued"]] {
        let answer = counted.world.post("/api/token/refresh/", json!({ "refresh": theirs })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(counted.refreshes(), rules);
    }
}

#[tokio::test]
async fn failed_refreshes_are_counted_by_reason() {
    let few = Some(Rate::per_minute(2));
    let counted =
        Counted::with(Settings { limits: Limits { refresh_per_session: few, ..Limits::OFF }, ..settings() }).await;
    let world = &counted.world;
    let refuse = async |token: &str, reason: &str| {
        let answer = world.post("/api/token/refresh/", json!({ "refresh": token })).await;
        assert!(answer.status >= 400, "{answer:?}");
        assert_eq!(counted.figure(&format!("hallpass_refreshes_refused_total{{reason=\"{reason}\"}}")), 1, "{reason}");
    };
    refuse("no token", "bad_token").await;
    let ended = world.signed_in("ada").await;
    assert_eq!(ended.blacklist().await.status, 200);
    refuse(&ended.refresh, "session_ended").await;
    let unknown = json!({
        "token_type": "refresh", "user_id": "1", "jti": "j", "sid": "5a".repeat(16), "exp": world.now() + 60
    });
    refuse(&foreign(&unknown), "unknown_session").await;
    let nobody = json!({ "token_type": "refresh", "user_id": "99", "jti": "k", "exp": world.now() + 60 });
    refuse(&foreign(&nobody), "no_active_account").await;
    let mut eager = world.signed_in("bob").await;
    eager.refresh().await;
    eager.refresh().await;
    refuse(&eager.refresh, "limited").await;
    let old = world.sign_in("ada").await;
    world.pass(Duration::from_hours(24 * 8));
    refuse(&old.refresh, "expired_token").await;
    let broken = world.sign_in("ada").await;
    world.sql("ALTER TABLE sessions RENAME TO elsewhere").await;
    refuse(&broken.refresh, "unavailable").await;
}

#[tokio::test]
async fn sign_ins_are_counted_by_outcome() {
    let few = Some(Rate::per_minute(2));
    let counted =
        Counted::with(Settings { limits: Limits { sign_in_per_account: few, ..Limits::OFF }, ..settings() }).await;
    counted.world.signed_in("ada").await;
    for password in ["wrong", PASSWORD] {
        counted.world.post("/api/token/", json!({ "username": "ada", "password": password })).await;
    }
    counted.world.post("/api/token/", json!({ "username": "nobody", "password": "wrong" })).await;
    for (outcome, count) in [("ok", 1), ("wrong", 2), ("limited", 1), ("busy", 0), ("unavailable", 0)] {
        let series = format!("hallpass_sign_ins_total{{outcome=\"{outcome}\"}}");
        assert_eq!(counted.figure(&series), count, "{outcome}");
    }
}

#[tokio::test]
async fn rejected_access_tokens_are_counted_by_reason() {
    let counted = Counted::with(without_limits()).await;
    let world = &counted.world;
    let ada = world.signed_in("ada").await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(world.request("GET", "/api/me/").send().await.expect("an answer").status(), 401, "no token at all");
    world.get("/api/me/", "no.token.").await;
    world.get("/api/me/", &ada.refresh).await;
    ada.verify("no token").await;
    ada.blacklist().await;
    ada.me().await;
    world.pass(Duration::from_hours(1));
    ada.me().await;
    for (code, count) in [("invalid", 2), ("wrong_type", 1), ("revoked", 1), ("expired", 1), ("user_inactive", 0)] {
        let series = format!("hallpass_token_failures_total{{code=\"{code}\"}}");
        assert_eq!(counted.figure(&series), count, "{code}");
    }
    assert_eq!(counted.figure("hallpass_revoked_sessions"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_served_only_on_their_own_listener() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "export HALLPASS_METRICS_LISTEN=127.0.0.1:0;");
    let (client, metrics) = (client(), process.metrics_url());
    let device = Device::register(&client, &process.url, "ada").await;
    for _ in 0..3 {
        assert_eq!(device.me(&client, &process.url).await, 200);
    }
    let get = async |url: String| client.get(url).send().await.expect("an answer");
    for path in ["/api/sessions/5a5a5a5a/", "/api/nothing/at/all", "/nowhere", "/favicon.svg"] {
        get(format!("{}{path}", process.url)).await;
    }
    let rpc = client.post(format!("{}/rpc/session/refresh", process.url)).json(&json!({ "refresh": "none" }));
    assert_eq!(rpc.send().await.expect("an answer").status(), 401);

    let answer = get(metrics.clone()).await;
    let kind = answer.headers()["content-type"].to_str().expect("a kind").to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.expect("text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let counted = |route: &str, status: &str| {
        figure(&text, &format!("hallpass_request_duration_seconds_count{{route=\"{route}\",status=\"{status}\"}}"))
    };
    assert_eq!(counted("/api/me/", "2xx"), 3);
    assert_eq!(counted("/api/register/", "2xx"), 1);
    assert_eq!(counted("/api/sessions/{id}/", "4xx"), 1, "by its template");
    assert_eq!(counted("/api/{*nothing}", "4xx"), 1);
    assert_eq!(counted("/rpc/session/refresh", "4xx"), 1, "each server function for itself");
    assert!(text.contains("route=\"pages\""), "pages and files of the root are one");
    for unbounded in ["5a5a5a5a", "nowhere", "favicon", "ada"] {
        assert!(!text.contains(unbounded), "{unbounded}");
    }
    assert!(figure(&text, "hallpass_connections") >= 1);
    assert_eq!(figure(&text, "hallpass_queue_length{queue=\"passwords\"}"), 0);
    assert!(text.contains(&format!("hallpass_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))));
    if cfg!(target_os = "linux") {
        assert!(figure(&text, "process_resident_memory_bytes") > 1 << 20);
    }

    for url in [metrics.replace("/metrics", "/"), metrics.replace("/metrics", "/healthz")] {
        assert_eq!(get(url).await.status(), 404, "nothing else is there");
    }
    for path in ["/metrics", "/metrics/", "/api/metrics"] {
        let answer = get(format!("{}{path}", process.url)).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(!answer.text().await.expect("text").contains("hallpass_"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_metrics_listener_no_metrics_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "");
    assert_eq!(client().get(format!("{}/metrics", process.url)).send().await.expect("an answer").status(), 404);
    assert!(!process.stop_and_read().contains("metrics"));
}
