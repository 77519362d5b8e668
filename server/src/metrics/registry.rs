//! The metrics and their names. `docs/monitoring.md` documents each.

use std::{borrow::Cow, sync::atomic::Ordering};

use hallpass_core::observer::{RefreshRejection, RefreshRule, SignInOutcome, TokenFailure, Workload};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Metric, Registry, Unit},
};
use strum::VariantNames;

/// Upper bounds of the histogram buckets, in seconds.
const BUCKETS: [f64; 16] =
    [0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// One label: name and value.
type Label = [(&'static str, &'static str); 1];

/// The labels of the request metrics.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) route: Cow<'static, str>,
    pub(super) status: &'static str,
}

/// All metrics.
pub(super) struct Counts {
    registry: Registry,
    pub(super) requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    pub(super) refreshes: Family<Label, Counter>,
    pub(super) refused_refreshes: Family<Label, Counter>,
    pub(super) suspected_false_sign_outs: Counter,
    pub(super) sign_ins: Family<Label, Counter>,
    pub(super) token_failures: Family<Label, Counter>,
    queues: Family<Label, Gauge>,
    revoked_sessions: Gauge,
    dropped_lines: Counter,
    pub(super) connections: Gauge,
    pub(super) memory: Gauge,
}

impl Default for Counts {
    fn default() -> Self {
        let mut registry = Registry::default();
        let memory = Gauge::default();
        let about_memory = "Memory that the process holds";
        registry.register_with_unit("process_resident_memory", about_memory, Unit::Bytes, memory.clone());
        let ours = registry.sub_registry_with_prefix("hallpass");
        ours.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let requests = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let about_requests = "Time until a response's body began";
        ours.register_with_unit("request_duration", about_requests, Unit::Seconds, requests.clone());
        let mut counters = |name, help, label, words| registered(ours, name, help, of_words(label, words));
        Self {
            requests,
            refreshes: counters("refreshes", "Refreshes, by rule", "rule", RefreshRule::VARIANTS),
            refused_refreshes: counters(
                "refreshes_refused",
                "Rejected refreshes, by reason",
                "reason",
                RefreshRejection::VARIANTS,
            ),
            sign_ins: counters("sign_ins", "Attempts to sign in, by outcome", "outcome", SignInOutcome::VARIANTS),
            token_failures: counters("token_failures", "Rejected tokens, by error", "code", TokenFailure::VARIANTS),
            suspected_false_sign_outs: registered(
                ours,
                "suspected_false_sign_outs",
                "Sessions revoked for reuse of the token before the current",
                Counter::default(),
            ),
            queues: registered(ours, "queue_length", "Queued work", Family::default()),
            revoked_sessions: registered(ours, "revoked_sessions", "Revoked sessions held in memory", Gauge::default()),
            dropped_lines: registered(
                ours,
                "log_lines_dropped",
                "Log lines dropped because standard error was not read",
                Counter::default(),
            ),
            connections: registered(ours, "connections", "Open connections", Gauge::default()),
            memory,
            registry,
        }
    }
}

/// Registers a metric and returns it.
fn registered<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// Creates all counters at zero, because an absent counter means unknown.
fn of_words(name: &'static str, words: &[&'static str]) -> Family<Label, Counter> {
    let family = Family::<Label, Counter>::default();
    for word in words {
        drop(family.get_or_create(&[(name, word)]));
    }
    family
}

impl Counts {
    pub(super) fn note_workload(&self, workload: Workload) {
        let note = |queue, length| self.queues.get_or_create(&[("queue", queue)]).set(figure(length));
        note("passwords", workload.waiting_passwords);
        note("attempts", workload.waiting_attempts);
        if let Some(writes) = workload.waiting_writes {
            note("writes", writes);
        }
        self.revoked_sessions.set(figure(workload.revoked_sessions));
    }

    /// Sets a counter to a total that is counted elsewhere.
    pub(super) fn note_dropped_lines(&self, dropped: usize) {
        self.dropped_lines.inner().store(u64::try_from(dropped).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text takes everything");
        text
    }
}

/// Converts a count to the type of a gauge.
pub(super) fn figure(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
