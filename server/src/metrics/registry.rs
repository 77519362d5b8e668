//! The metrics and their names. `docs/monitoring.md` documents each.

use std::{borrow::Cow, sync::atomic::Ordering};

use hallpass_core::observer::{RefreshRejection, RefreshRule, SignInOutcome, TokenFailure, Workload};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
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
        let counts = Self {
            registry: Registry::default(),
            requests: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            refreshes: of_words("rule", RefreshRule::VARIANTS),
            refused_refreshes: of_words("reason", RefreshRejection::VARIANTS),
            suspected_false_sign_outs: Counter::default(),
            sign_ins: of_words("outcome", SignInOutcome::VARIANTS),
            token_failures: of_words("code", TokenFailure::VARIANTS),
            queues: Family::default(),
            revoked_sessions: Gauge::default(),
            dropped_lines: Counter::default(),
            connections: Gauge::default(),
            memory: Gauge::default(),
        };
        Self { registry: counts.registered(), ..counts }
    }
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
    fn registered(&self) -> Registry {
        let mut all = Registry::default();
        all.register_with_unit(
            "process_resident_memory",
            "Memory that the process holds",
            Unit::Bytes,
            self.memory.clone(),
        );
        let ours = all.sub_registry_with_prefix("hallpass");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        ours.register("build", "The version that runs", version);
        ours.register("refreshes", "Refreshes that were decided, by rule", self.refreshes.clone());
        ours.register("refreshes_refused", "Refreshes that were refused, by reason", self.refused_refreshes.clone());
        let suspected = self.suspected_false_sign_outs.clone();
        ours.register(
            "suspected_false_sign_outs",
            "Sessions ended for reuse of the token before the current",
            suspected,
        );
        ours.register("sign_ins", "Attempts to sign in, by outcome", self.sign_ins.clone());
        ours.register("token_failures", "Tokens that opened nothing, by what was wrong", self.token_failures.clone());
        let requests = self.requests.clone();
        ours.register_with_unit("request_duration", "Time until an answer's body began", Unit::Seconds, requests);
        ours.register("queue_length", "What waits in line", self.queues.clone());
        ours.register("revoked_sessions", "Ended sessions held in memory", self.revoked_sessions.clone());
        ours.register(
            "log_lines_dropped",
            "Log lines that were dropped because standard error was not read",
            self.dropped_lines.clone(),
        );
        ours.register("connections", "Open connections", self.connections.clone());
        all
    }

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
