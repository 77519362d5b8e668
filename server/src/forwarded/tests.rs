use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Client, ForwardedHeader, Proxies, canonical};

const NEAR: &str = "10.0.0.1";
const CLIENT: &str = "203.0.113.9";

fn proxies(header: ForwardedHeader) -> Proxies {
    let trusted = ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"].map(|network| network.parse().expect("a network"));
    Proxies { trusted: trusted.to_vec(), header }
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    headers
}

fn seen(header: ForwardedHeader, peer: &str, lines: &[(&'static str, &str)]) -> Client {
    proxies(header).client(peer.parse().expect("an address"), &headers(lines))
}

#[track_caller]
fn x_forwarded_for(peer: &str, lines: &[&str], client: &str) {
    let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
    assert_eq!(seen(ForwardedHeader::XForwardedFor, peer, &lines).address.to_string(), client, "{lines:?}");
}

#[track_caller]
fn forwarded(lines: &[&str], client: &str, is_secure: bool) {
    let lines: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
    let seen = seen(ForwardedHeader::Forwarded, NEAR, &lines);
    assert_eq!((seen.address.to_string().as_str(), seen.is_secure), (client, is_secure), "{lines:?}");
}

#[test]
fn forwarding_headers_of_an_untrusted_peer_are_ignored() {
    x_forwarded_for(CLIENT, &["198.51.100.1"], CLIENT);
    x_forwarded_for(CLIENT, &["10.0.0.9, 10.0.0.8"], CLIENT);
    let nobody = Proxies::default();
    let lines = headers(&[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")]);
    let seen = nobody.client(NEAR.parse().expect("an address"), &lines);
    assert_eq!(seen, Client { address: NEAR.parse().expect("an address"), is_secure: false });
}

#[test]
fn the_rightmost_untrusted_hop_is_the_client() {
    x_forwarded_for(NEAR, &[CLIENT], CLIENT);
    x_forwarded_for(NEAR, &["198.51.100.1, 203.0.113.9"], CLIENT);
    x_forwarded_for(NEAR, &["198.51.100.1", "203.0.113.9, 10.0.0.3", "192.0.2.7"], CLIENT);
    x_forwarded_for(NEAR, &["10.0.0.2,203.0.113.9 , 10.0.0.3"], CLIENT);
    x_forwarded_for("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], CLIENT);
    x_forwarded_for("fd00::1", &["2001:db8::5"], "2001:db8::5");
}

#[test]
fn if_all_hops_are_trusted_the_farthest_is_the_client() {
    x_forwarded_for(NEAR, &["10.0.0.4, 10.0.0.3"], "10.0.0.4");
    x_forwarded_for(NEAR, &[], NEAR);
}

#[test]
fn ports_and_brackets_are_removed() {
    for written in ["203.0.113.9:4711", " 203.0.113.9 "] {
        x_forwarded_for(NEAR, &[written], CLIENT);
    }
    for written in ["2001:db8::5", "[2001:db8::5]", "[2001:db8::5]:4711"] {
        x_forwarded_for(NEAR, &[written], "2001:db8::5");
    }
}

#[test]
fn an_entry_without_an_ip_address_ends_the_chain() {
    for garbage in ["", "unknown", "_hidden", "203.0.113", "203.0.113.9, ", "[::1", "\u{e9}", "a, b, c"] {
        x_forwarded_for(NEAR, &[garbage], NEAR);
        x_forwarded_for(NEAR, &[garbage, "10.0.0.3"], "10.0.0.3");
        x_forwarded_for(NEAR, &[garbage, CLIENT], CLIENT);
    }
    let long = vec!["1.1.1.1"; 10_000].join(",") + ", 203.0.113.9";
    x_forwarded_for(NEAR, &[&long], CLIENT);
}

#[test]
fn the_forwarded_header_is_parsed_by_rfc_7239() {
    forwarded(&["for=203.0.113.9"], CLIENT, false);
    forwarded(&["For=\"203.0.113.9:4711\";Proto=HTTPS;by=10.0.0.1"], CLIENT, true);
    forwarded(&["for=198.51.100.1;proto=https, for=203.0.113.9;proto=http"], CLIENT, false);
    forwarded(&["for=203.0.113.9; proto=https, for=10.0.0.3;proto=http"], CLIENT, true);
    forwarded(&["for=\"[2001:db8::5]:4711\";proto=https"], "2001:db8::5", true);
    forwarded(&["for=unknown;proto=https, for=10.0.0.3"], "10.0.0.3", true);
    forwarded(&["proto=https", "for=_hidden"], NEAR, false);
}

#[test]
fn an_unclosed_quote_swallows_no_entry() {
    forwarded(&["for=\"1.1.1.1", "for=203.0.113.9"], CLIENT, false);
    forwarded(&["for=\"1.1.1.1, for=203.0.113.9;proto=https"], CLIENT, true);
}

#[test]
fn the_header_that_is_not_configured_is_ignored() {
    let both = [("x-forwarded-for", CLIENT), ("forwarded", "for=198.51.100.1;proto=https")];
    let plain = seen(ForwardedHeader::XForwardedFor, NEAR, &both);
    assert_eq!((plain.address.to_string().as_str(), plain.is_secure), (CLIENT, false));
    let standard =
        seen(ForwardedHeader::Forwarded, NEAR, &[("x-forwarded-for", CLIENT), ("x-forwarded-proto", "https")]);
    assert_eq!((standard.address.to_string().as_str(), standard.is_secure), (NEAR, false));
}

#[test]
fn the_scheme_comes_from_the_hop_that_received_the_client() {
    let of = |forwarded_for: &str, proto: &str| {
        let lines = [("x-forwarded-for", forwarded_for), ("x-forwarded-proto", proto)];
        seen(ForwardedHeader::XForwardedFor, NEAR, &lines).is_secure
    };
    assert!(of(CLIENT, "https"));
    assert!(!of(CLIENT, "http"));
    assert!(!of(CLIENT, "https, http"), "the first word is the client's own");
    assert!(of("203.0.113.9, 10.0.0.3", "https, http"), "each proxy added one");
    assert!(of("203.0.113.9, 10.0.0.3", "https"), "the last one overwrote it");
    assert!(!of("198.51.100.1, 203.0.113.9", "https, http"));
}

#[test]
fn a_trusted_network_of_mapped_addresses_is_the_ipv4_network() {
    for (written, network) in [
        ("::ffff:127.0.0.0/104", "127.0.0.0/8"),
        ("::ffff:10.0.0.1/128", "10.0.0.1/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:c000:207/128", "192.0.2.7/32"),
        ("::/0", "::/0"),
        ("::ffff:0:0/95", "::ffff:0.0.0.0/95"),
        ("fd00::/8", "fd00::/8"),
        ("10.0.0.0/8", "10.0.0.0/8"),
    ] {
        assert_eq!(canonical(written.parse().expect("a network")).to_string(), network, "{written}");
    }
}

#[test]
fn a_proxy_in_a_mapped_network_is_trusted_over_ipv4_and_ipv6() {
    let trusted = vec!["::ffff:10.0.0.0/104".parse().expect("a network")];
    let proxies = Proxies { trusted, header: ForwardedHeader::XForwardedFor };
    let said = headers(&[("x-forwarded-for", "203.0.113.9, ::ffff:10.0.0.2"), ("x-forwarded-proto", "https")]);
    for peer in [NEAR, "::ffff:10.0.0.1"] {
        let seen = proxies.client(peer.parse().expect("an address"), &said);
        assert_eq!((seen.address.to_string().as_str(), seen.is_secure), (CLIENT, true), "{peer}");
    }
}
