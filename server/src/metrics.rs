//! What is counted, for Prometheus: kept as long as the process, given away on a listener of its own. No
//! label holds a name, an address or a token; there are as many series as there are routes and words.

mod memory;
mod registry;

use std::{
    borrow::Cow,
    collections::HashSet,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::FutureExt;
use hallpass_core::{
    Auth,
    observer::{Observation, Observer},
};
use http::{StatusCode, header};
use leptos::server_fn::axum::server_fn_paths;
use registry::{Counts, RequestLabels};

use crate::{connections::Open, telemetry::DroppedLines};

/// What `OpenMetrics` text is called.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What everything is called that is no endpoint: pages, and files of the site's root.
const PAGES: &str = "pages";

/// Everything that is counted.
pub struct Metrics {
    counts: Counts,
    /// The server functions by their paths, which are one route.
    functions: HashSet<&'static str>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { counts: Counts::default(), functions: server_fn_paths().map(|(path, _)| path).collect() }
    }
}

impl Observer for Metrics {
    fn observe(&self, observation: Observation) {
        match observation {
            Observation::Refresh(rule) => self.counts.refreshes.get_or_create(&[("rule", rule.into())]).inc(),
            Observation::RefreshRejected(refusal) => {
                self.counts.refused_refreshes.get_or_create(&[("reason", refusal.into())]).inc()
            }
            Observation::SuspectedFalseSignOut => self.counts.suspected_false_sign_outs.inc(),
            Observation::SignIn(outcome) => self.counts.sign_ins.get_or_create(&[("outcome", outcome.into())]).inc(),
            Observation::TokenFailure(failure) => {
                self.counts.token_failures.get_or_create(&[("code", failure.into())]).inc()
            }
        };
    }
}

impl Metrics {
    /// Counts every request that `app` answers.
    pub fn around(self: &Arc<Self>, app: Router) -> Router {
        app.layer(middleware::from_fn_with_state(self.clone(), measure))
    }

    /// Notes an answer, and how long it took until its body began.
    fn count(&self, route: Cow<'static, str>, status: StatusCode, took: Duration) {
        let labels = RequestLabels { route, status: class(status) };
        self.counts.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The route that a request is for: its template, never its path.
    fn route(&self, request: &Request) -> Cow<'static, str> {
        let Some(matched) = request.extensions().get::<MatchedPath>() else {
            return PAGES.into();
        };
        match self.functions.get(request.uri().path()) {
            Some(function) => (*function).into(),
            None => matched.as_str().to_owned().into(),
        }
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let (route, begun) = (metrics.route(&request), Instant::now());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let status = answered.as_ref().map_or(StatusCode::INTERNAL_SERVER_ERROR, Response::status);
    metrics.count(route, status, begun.elapsed());
    // `layers::wrap` turns the panic into a response.
    answered.unwrap_or_else(|said| resume_unwind(said))
}

/// What the listener for metrics is given away from.
#[derive(Clone)]
pub struct MetricsState {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// The core, which knows what waits.
    pub auth: Arc<Auth>,
    /// The connections of the server.
    pub open: Open,
    /// The log lines that were dropped.
    pub dropped_lines: DroppedLines,
}

impl MetricsState {
    /// `/metrics`, and nothing else.
    pub fn router(self) -> Router {
        Router::new().route("/metrics", get(answer)).with_state(self)
    }

    /// All figures as they are now, in `OpenMetrics`.
    pub fn render(&self) -> String {
        let counts = &self.metrics.counts;
        counts.note_workload(self.auth.workload());
        counts.connections.set(registry::figure(self.open.load(Ordering::Relaxed)));
        counts.note_dropped_lines(self.dropped_lines.count());
        if let Some(bytes) = memory::resident() {
            counts.memory.set(bytes);
        }
        counts.render()
    }
}

async fn answer(State(state): State<MetricsState>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], state.render()).into_response()
}
