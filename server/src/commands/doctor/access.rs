//! Who gets in, and by which way: limits, proxies, TLS, and the addresses to listen on.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    time::Duration,
};

use hallpass_core::{limits::Limits, store::Finding};

use super::running::Asker;
use crate::{config::Config, http_options::Hsts};

/// Examines limits, proxies, TLS and listeners. A process that listens on one of the addresses has `timeout` to answer as
/// Hallpass does.
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
        ("sign-ins from one address", limits.sign_in_per_address),
        ("registrations from one address", limits.register_per_address),
        ("renewals of one session", limits.refresh_per_session),
        ("refused renewals from one address", limits.refused_refresh_per_address),
    ];
    let off: Vec<_> = each.iter().filter(|(_, rate)| rate.is_none()).map(|(what, _)| *what).collect();
    match off.as_slice() {
        [] => Finding::good("limits", "Sign-ins, registrations and renewals are limited."),
        _ if *limits == Limits::OFF => Finding::bad(
            "limits",
            "They are off: anybody may try passwords as often as they like.",
            "Take limits = off out of the configuration.",
        ),
        off => {
            let sentence = format!("Not limited: {}.", off.join(", "));
            Finding::doubtful("limits", sentence, "Set a rate, if that was not meant: docs/configuration.md.")
        }
    }
}

fn proxies(config: &Config) -> Finding {
    let trusted = &config.http.proxies.trusted;
    if trusted.iter().any(|network| network.prefix_len() == 0) {
        let advice = "Name the proxies alone: anybody may write a forwarding header.";
        return Finding::bad("trusted_proxies", "Everybody is trusted to say who asks.", advice);
    }
    if !trusted.is_empty() {
        let named: Vec<_> = trusted.iter().map(ToString::to_string).collect();
        let sentence = format!("{} say who asks, in {}.", named.join(", "), config.http.proxies.header);
        return Finding::good("trusted_proxies", sentence);
    }
    let advice = "Behind a proxy, name it: all people would share one address's limits.";
    Finding::doubtful("trusted_proxies", "None is trusted: who asks is the other end of the connection.", advice)
}

fn transport(config: &Config) -> Finding {
    let knows_tls = !config.http.proxies.trusted.is_empty();
    let (subject, hsts) = ("hsts", config.http.hsts);
    match hsts {
        Hsts::On => Finding::good(subject, "Browsers are told to come over TLS alone."),
        Hsts::Auto if knows_tls => {
            Finding::good(subject, "Browsers that come over TLS, as a trusted proxy says, are told to stay with it.")
        }
        Hsts::Auto => Finding::doubtful(
            subject,
            "It is never sent: TLS is not spoken here, and no proxy is trusted to say that it was.",
            "Set trusted_proxies, or hsts = \"on\" when people come over TLS alone.",
        ),
        Hsts::Off => Finding::doubtful(
            subject,
            "It is off: a browser may be led to plain HTTP.",
            "Leave it to auto, unless the proxy sends Strict-Transport-Security itself.",
        ),
    }
}

/// The address is free, or it is a Hallpass that listens there: it answers this path with this text.
async fn listen(subject: &'static str, address: SocketAddr, path: &str, known_by: &str, timeout: Duration) -> Finding {
    let Err(taken) = TcpListener::bind(address) else {
        return Finding::good(subject, format!("{address} is free."));
    };
    let ours = Asker::nearby(timeout).text(&format!("http://{}{path}", reachable(address))).await;
    if ours.is_some_and(|text| text.contains(known_by)) {
        return Finding::good(subject, format!("A Hallpass listens on {address} already."));
    }
    let advice = match taken.kind() {
        ErrorKind::AddrNotAvailable => {
            format!("This machine does not have that IP address: set {subject} to one it has.")
        }
        ErrorKind::PermissionDenied => format!(
            "Ports below 1024 need a privilege: set {subject} to a higher port and put a proxy before it, or grant \
             CAP_NET_BIND_SERVICE."
        ),
        _ => format!("Stop what listens there, or set another {subject}."),
    };
    Finding::bad(subject, format!("{address} cannot be listened on: {taken}."), advice)
}

/// Where a server that listens everywhere is found from here.
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
        let sentence = format!("The metrics are given to whoever reaches {address}.");
        let advice = "Listen on one address of the inner network, or see that nobody else gets there.";
        Finding::doubtful("metrics_listen", sentence, advice)
    })
}
