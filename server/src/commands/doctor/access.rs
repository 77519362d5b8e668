//! Checks of limits, proxies, TLS and listen addresses.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    time::Duration,
};

use futures::future::OptionFuture;
use hallpass_core::{limits::Limits, store::Finding};
use reqwest::Client;

use super::running::{client, text};
use crate::{config::Config, http_options::Hsts};

/// Checks limits, proxies, TLS and listeners. `timeout` bounds the answer of a process that listens on one of the
/// addresses.
pub(super) async fn examine(config: &Config, timeout: Duration) -> Vec<Finding> {
    let mut findings = vec![limits(&config.auth.limits), proxies(config), transport(config)];
    findings.push(listen("listen", config.listen, "/healthz", "{\"status\":\"ok\"}", timeout).await);
    if let Some(address) = config.observability.metrics_listen {
        findings.push(listen("metrics_listen", address, "/metrics", "hallpass_build_info", timeout).await);
        findings.extend(metrics(address));
    }
    findings
}

fn limits(limits: &Limits) -> Finding {
    let each = [
        ("sign-ins to one account", limits.sign_in_per_account),
        ("sign-ins from one IP address", limits.sign_in_per_address),
        ("registrations from one IP address", limits.register_per_address),
        ("refreshes of one session", limits.refresh_per_session),
        ("rejected refreshes from one IP address", limits.refused_refresh_per_address),
    ];
    let off: Vec<_> = each.iter().filter(|(_, rate)| rate.is_none()).map(|(what, _)| *what).collect();
    match off.as_slice() {
        [] => Finding::good("limits", "Sign-ins, registrations and refreshes are limited."),
        _ if *limits == Limits::OFF => Finding::bad(
            "limits",
            "Limits are off: anyone can try any number of passwords.",
            "Remove limits = off from the configuration.",
        ),
        off => {
            let sentence = format!("Not limited: {}.", off.join(", "));
            Finding::doubtful("limits", sentence, "If this is not intended, set a rate: docs/configuration.md.")
        }
    }
}

fn proxies(config: &Config) -> Finding {
    let trusted = &config.http.proxies.trusted;
    if trusted.iter().any(|network| network.prefix_len() == 0) {
        let advice = "List only your proxies: any client can send a forwarding header.";
        return Finding::bad("trusted_proxies", "Every client is trusted to report its IP address.", advice);
    }
    if !trusted.is_empty() {
        let named: Vec<_> = trusted.iter().map(ToString::to_string).collect();
        let sentence =
            format!("{} report the client's IP address in {}.", named.join(", "), config.http.proxies.header);
        return Finding::good("trusted_proxies", sentence);
    }
    let advice = "Behind a proxy, list it: otherwise all users share the limits of its IP address.";
    Finding::doubtful("trusted_proxies", "No proxy is trusted: the client is the peer of the connection.", advice)
}

fn transport(config: &Config) -> Finding {
    let knows_tls = !config.http.proxies.trusted.is_empty();
    let (subject, hsts) = ("hsts", config.http.hsts);
    match hsts {
        Hsts::On => Finding::good(subject, "Strict-Transport-Security is sent with every response."),
        Hsts::Auto if knows_tls => {
            Finding::good(subject, "Strict-Transport-Security is sent when a trusted proxy reports TLS.")
        }
        Hsts::Auto => Finding::doubtful(
            subject,
            "Strict-Transport-Security is never sent: connections are not TLS, and no proxy is trusted to report it.",
            "Set trusted_proxies, or hsts = \"on\" if all users connect over TLS.",
        ),
        Hsts::Off => Finding::doubtful(
            subject,
            "Strict-Transport-Security is off: an attacker can downgrade browsers to HTTP.",
            "Set hsts to auto, unless the proxy sends the header itself.",
        ),
    }
}

/// The address must be free, or Hallpass must listen there: it answers this path with this text.
async fn listen(subject: &'static str, address: SocketAddr, path: &str, known_by: &str, timeout: Duration) -> Finding {
    let Err(taken) = TcpListener::bind(address) else {
        return Finding::good(subject, format!("{address} is free."));
    };
    let url = format!("http://{}{path}", reachable(address));
    let client = client(&url, Client::builder().timeout(timeout).no_proxy());
    let response = OptionFuture::from(client.map(|client| client.get(url).send())).await;
    if text(response.and_then(Result::ok)).await.is_some_and(|text| text.contains(known_by)) {
        return Finding::good(subject, format!("A Hallpass server is already listening on {address}."));
    }
    let advice = match taken.kind() {
        ErrorKind::AddrNotAvailable => {
            format!("This machine does not have that IP address: set {subject} to one it has.")
        }
        ErrorKind::PermissionDenied => format!(
            "Ports below 1024 need a privilege: set {subject} to a higher port behind a proxy, or grant \
             CAP_NET_BIND_SERVICE."
        ),
        _ => format!("Stop the process that listens there, or change {subject}."),
    };
    Finding::bad(subject, format!("{address} cannot be listened on: {taken}."), advice)
}

/// The address for connecting to a server that listens on all interfaces.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn metrics(address: SocketAddr) -> Option<Finding> {
    address.ip().is_unspecified().then(|| {
        let sentence = format!("The metrics are readable by anyone who can connect to {address}.");
        let advice = "Listen on an internal IP address, or block access by a firewall.";
        Finding::doubtful("metrics_listen", sentence, advice)
    })
}
