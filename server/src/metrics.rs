//! Metrics for Prometheus, kept in memory and served on a separate listener. Labels never contain usernames, IP
//! addresses or tokens; the number of series is bounded by routes and label values.

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

/// The media type of `OpenMetrics` text.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The `route` label of pages and files in the site's root.
const PAGES: &str = "pages";

/// All metrics.
pub struct Metrics {
    counts: Counts,
    /// The paths of server functions, which share one route.
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
    /// Measures every request that `app` answers.
    pub fn around(self: &Arc<Self>, app: Router) -> Router {
        app.layer(middleware::from_fn_with_state(self.clone(), measure))
    }

    /// Records a response and the time until its body began.
    fn count(&self, route: Cow<'static, str>, status: StatusCode, took: Duration) {
        let labels = RequestLabels { route, status: class(status) };
        self.counts.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The route of a request: its template, never its path.
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

/// The state of the metrics listener.
#[derive(Clone)]
pub struct MetricsState {
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The core, which reports queued work.
    pub auth: Arc<Auth>,
    /// The open connections.
    pub open: Open,
    /// The number of dropped log lines.
    pub dropped_lines: DroppedLines,
}

impl MetricsState {
    /// The router of `/metrics`.
    pub fn router(self) -> Router {
        Router::new().route("/metrics", get(answer)).with_state(self)
    }

    /// Renders the current values in the `OpenMetrics` format.
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
