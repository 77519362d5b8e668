//! Traces, of a server that was built with them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, routing::post};
use tokio::net::TcpListener;

use crate::{
    actors::PASSWORD,
    process::{Device, Process, client},
};

type Sent = Arc<Mutex<Vec<u8>>>;

async fn take(State(sent): State<Sent>, body: Bytes) {
    sent.lock().expect("no panic").extend_from_slice(&body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_span_of_its_callers_trace_without_secrets() {
    let sent = Sent::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let collector = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new().route("/v1/traces", post(take)).with_state(sent.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(
        folder.path(),
        &format!("export OTEL_EXPORTER_OTLP_ENDPOINT={collector} OTEL_EXPORTER_OTLP_TIMEOUT=300000;"),
    );
    let client = client();
    let ada = Device::register(&client, &process.url, "ada").await;
    let trace = [0x5a_u8; 16];
    let request = client.get(format!("{}/api/me/", process.url)).bearer_auth(&ada.access);
    let request = request.header("traceparent", format!("00-{}-{}-01", "5a".repeat(16), "3c".repeat(8)));
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    process.stop_and_read();
    let sent = sent.lock().expect("no panic").clone();
    let holds = |part: &[u8]| sent.windows(part.len()).any(|window| window == part);
    for part in [b"/api/me/" as &[u8], b"/api/token/", b"request_id", b"hallpass", &trace] {
        assert!(holds(part), "{:?} in {} bytes", String::from_utf8_lossy(part), sent.len());
    }
    for secret in [PASSWORD, &ada.access, &ada.refresh] {
        assert!(!holds(secret.as_bytes()));
    }
}
