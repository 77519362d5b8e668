//! Checks of a running server over HTTP, as its clients see it.

use std::time::Duration;

use hallpass_core::store::Finding;
use http::HeaderMap;
use reqwest::{Client, ClientBuilder, Response, redirect};

use super::site;

/// Headers of every response.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// A client that does not follow redirects. `None` if it cannot be created: for `https`, the system may have no
/// certificates.
pub(super) fn client(url: &str, builder: ClientBuilder) -> Option<Client> {
    let builder = if url.starts_with("https:") { builder } else { builder.tls_certs_only([]) };
    builder.redirect(redirect::Policy::none()).build().ok()
}

/// The body of a successful response.
pub(super) async fn text(response: Option<Response>) -> Option<String> {
    response.filter(|response| response.status().is_success())?.text().await.ok()
}

/// Checks the server at this URL. `timeout` bounds each response.
pub(super) async fn examine(url: &str, timeout: Duration) -> Vec<Finding> {
    let url = url.trim_end_matches('/');
    let Some(client) = client(url, Client::builder().timeout(timeout)) else {
        let sentence = "The certificate cannot be verified: this system has no certificate authorities.";
        return vec![Finding::bad("healthz", sentence, "Install the package ca-certificates.")];
    };
    let get = async |path: &str| client.get(format!("{url}{path}")).send().await.ok();
    let health = get("/healthz").await;
    if health.is_none() {
        let advice = "Check that the server runs and is reachable from this machine.";
        return vec![Finding::bad("healthz", "No server answers at this URL.", advice)];
    }
    let mut findings = vec![answers("healthz", health), answers("readyz", get("/readyz").await)];
    if let Some(page) = get("/sign-in").await {
        findings.extend(headers(page.headers(), url.starts_with("https:")));
    }
    findings.push(metrics(text(get("/metrics").await).await));
    findings
}

fn answers(subject: &'static str, response: Option<Response>) -> Finding {
    match response.map(|response| response.status()) {
        Some(status) if status.is_success() => Finding::good(subject, "The server responds with success."),
        Some(status) => Finding::bad(subject, format!("The server answers {status}."), "Check its log."),
        None => Finding::bad(subject, "The server does not answer.", "Check its log."),
    }
}

fn headers(headers: &HeaderMap, is_secure: bool) -> Vec<Finding> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut missing: Vec<_> =
        SECURITY_HEADERS.iter().filter(|(name, value)| text(name) != *value).map(|(name, _)| *name).collect();
    missing.extend((is_secure && text("strict-transport-security").is_empty()).then_some("strict-transport-security"));
    let security = if missing.is_empty() {
        Finding::good("headers", "The security headers are present.")
    } else {
        let sentence = format!("Missing headers: {}.", missing.join(", "));
        let advice = "Check whether a proxy removes headers; strict-transport-security depends on hsts.";
        Finding::bad("headers", sentence, advice)
    };
    let id = if text("x-request-id").is_empty() {
        let sentence = "The response has no request id, so it cannot be matched with log lines.";
        Finding::doubtful("request id", sentence, "Check that the proxy forwards x-request-id.")
    } else {
        Finding::good("request id", "The response has a request id.")
    };
    vec![security, site::judge("page policy sent", text("content-security-policy")), id]
}

fn metrics(answer: Option<String>) -> Finding {
    let is_public = answer.is_some_and(|text| text.contains("hallpass_") && text.contains("# TYPE"));
    if is_public {
        let advice = "Check that no proxy forwards /metrics to metrics_listen.";
        return Finding::bad("metrics", "The metrics are public.", advice);
    }
    Finding::good("metrics", "The metrics are not public.")
}

#[cfg(test)]
mod tests {
    use hallpass_core::store::Health;
    use http::HeaderMap;

    use super::{headers, metrics};

    #[test]
    fn missing_headers_and_public_metrics_are_reported() {
        let none = headers(&HeaderMap::new(), true);
        assert_eq!([none[0].health, none[1].health, none[2].health], [Health::Bad, Health::Bad, Health::Doubtful]);
        assert!(none[0].sentence.contains("strict-transport-security"));
        assert!(!headers(&HeaderMap::new(), false)[0].sentence.contains("strict-transport-security"));
        assert_eq!(metrics(Some("# TYPE hallpass_build info\n".to_owned())).health, Health::Bad);
        assert_eq!(metrics(Some("<!DOCTYPE html>".to_owned())).health, Health::Good);
        assert_eq!(metrics(None).health, Health::Good);
    }
}
