//! A server that runs, asked from outside as its clients do.

use std::time::Duration;

use hallpass_core::store::Finding;
use http::HeaderMap;
use reqwest::{Client, ClientBuilder, Response, redirect};

use super::site;

/// What every answer has.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Asks a server, and believes nothing but what it answers itself.
pub(super) struct Asker(Option<Client>);

impl Asker {
    /// As a client would; there is none where `https` is asked for and no authority's certificate is known.
    fn new(url: &str, timeout: Duration) -> Self {
        let builder = Client::builder().timeout(timeout);
        if url.starts_with("https:") { Self::build(builder) } else { Self::plain(builder) }
    }

    /// Of this very machine, where no proxy has a part.
    pub(super) fn nearby(timeout: Duration) -> Self {
        Self::plain(Client::builder().timeout(timeout).no_proxy())
    }

    /// Without TLS, and so without the certificates that a small system does not have.
    fn plain(builder: ClientBuilder) -> Self {
        Self::build(builder.tls_certs_only([]))
    }

    fn build(builder: ClientBuilder) -> Self {
        Self(builder.redirect(redirect::Policy::none()).build().ok())
    }

    async fn get(&self, url: &str) -> Option<Response> {
        self.0.as_ref()?.get(url).send().await.ok()
    }

    /// What stands there, if something does.
    pub(super) async fn text(&self, url: &str) -> Option<String> {
        let response = self.get(url).await.filter(|response| response.status().is_success())?;
        response.text().await.ok()
    }
}

/// Examines the server at this URL. `timeout` bounds each answer.
pub(super) async fn examine(url: &str, timeout: Duration) -> Vec<Finding> {
    let (url, asker) = (url.trim_end_matches('/'), Asker::new(url, timeout));
    if asker.0.is_none() {
        let sentence = "Who answers there cannot be checked: this system knows no certificate authorities.";
        return vec![Finding::bad("healthz", sentence, "Install its package ca-certificates.")];
    }
    let health = asker.get(&format!("{url}/healthz")).await;
    if health.is_none() {
        let advice = "See that it runs, and that this machine reaches it.";
        return vec![Finding::bad("healthz", "Nobody answers at the address that was given.", advice)];
    }
    let ready = asker.get(&format!("{url}/readyz")).await;
    let mut findings = vec![answers("healthz", health), answers("readyz", ready)];
    if let Some(page) = asker.get(&format!("{url}/sign-in")).await {
        findings.extend(headers(page.headers(), url.starts_with("https:")));
    }
    findings.push(metrics(asker.text(&format!("{url}/metrics")).await));
    findings
}

fn answers(subject: &'static str, response: Option<Response>) -> Finding {
    match response.map(|response| response.status()) {
        Some(status) if status.is_success() => Finding::good(subject, "The server says that it is well."),
        Some(status) => Finding::bad(subject, format!("The server answers {status}."), "See its log."),
        None => Finding::bad(subject, "The server does not answer.", "See its log."),
    }
}

fn headers(headers: &HeaderMap, is_secure: bool) -> Vec<Finding> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut missing: Vec<_> =
        SECURITY_HEADERS.iter().filter(|(name, value)| text(name) != *value).map(|(name, _)| *name).collect();
    missing.extend((is_secure && text("strict-transport-security").is_empty()).then_some("strict-transport-security"));
    let security = if missing.is_empty() {
        Finding::good("headers", "The security headers arrive.")
    } else {
        let sentence = format!("On the way these are lost, or were not sent: {}.", missing.join(", "));
        Finding::bad("headers", sentence, "See what the proxy does to headers; for the last one, see hsts.")
    };
    let id = if text("x-request-id").is_empty() {
        let advice = "See that the proxy passes x-request-id on.";
        Finding::doubtful("request id", "The answer has none, so no line of the log can be found by it.", advice)
    } else {
        Finding::good("request id", "The answer is named as it is in the log.")
    };
    vec![security, site::judge("page policy sent", text("content-security-policy")), id]
}

fn metrics(answer: Option<String>) -> Finding {
    let is_told = answer.is_some_and(|text| text.contains("hallpass_") && text.contains("# TYPE"));
    if is_told {
        let advice = "See that no proxy leads /metrics to metrics_listen.";
        return Finding::bad("metrics", "Everybody can read them.", advice);
    }
    Finding::good("metrics", "They are not where everybody is served.")
}

#[cfg(test)]
mod tests {
    use hallpass_core::store::Health;
    use http::HeaderMap;

    use super::{headers, metrics};

    #[test]
    fn a_header_that_is_lost_and_metrics_that_leak_are_told() {
        let none = headers(&HeaderMap::new(), true);
        assert_eq!([none[0].health, none[1].health, none[2].health], [Health::Bad, Health::Bad, Health::Doubtful]);
        assert!(none[0].sentence.contains("strict-transport-security"));
        assert!(!headers(&HeaderMap::new(), false)[0].sentence.contains("strict-transport-security"));
        assert_eq!(metrics(Some("# TYPE hallpass_build info\n".to_owned())).health, Health::Bad);
        assert_eq!(metrics(Some("<!DOCTYPE html>".to_owned())).health, Health::Good);
        assert_eq!(metrics(None).health, Health::Good);
    }
}
