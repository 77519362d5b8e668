//! The client's IP address behind trusted proxies. Forwarding headers are read from the connection outwards, hop by
//! hop, up to the first IP address that is not a trusted proxy (RFC 7239 §8.1, ASVS 4.1.3). Entries before it may be
//! forged by the client.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::{IpNet, Ipv4Net};

/// A list of IP addresses, the nearest last, which predates `Forwarded`.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The trusted proxies and the header they write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The IP networks of trusted proxies. If empty, forwarding headers are ignored.
    pub trusted: Vec<IpNet>,
    /// The header that the proxies write. They may pass on the other one unchanged from the client.
    pub header: ForwardedHeader,
}

/// The header in which proxies name the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(ascii_case_insensitive)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto`.
    #[default]
    #[strum(to_string = "X-Forwarded-For")]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's IP address.
    pub address: IpAddr,
    /// Whether the request is known to have come over TLS.
    pub is_secure: bool,
}

impl Proxies {
    /// The client of a request from this peer.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = Client { address: peer.to_canonical(), is_secure: false };
        if self.header == ForwardedHeader::XForwardedFor && self.trusts(client.address) {
            client.is_secure = is_secure_before(headers, 0);
        }
        for (before, hop) in self.hops(headers).enumerate() {
            if !self.trusts(client.address) {
                break;
            }
            client.is_secure = hop.is_secure.unwrap_or_else(|| is_secure_before(headers, before));
            // A hop that hides its client, or does not know it, ends the chain.
            let Some(address) = hop.address else { break };
            client.address = address;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| canonical(*network).contains(&address))
    }

    /// The entries of all hops, the nearest first.
    fn hops<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = Hop> + use<'h> {
        let (name, read): (_, fn(&str) -> Hop) = match self.header {
            ForwardedHeader::XForwardedFor => (X_FORWARDED_FOR, Hop::plain),
            ForwardedHeader::Forwarded => (header::FORWARDED, Hop::element),
        };
        entries(headers, name).map(read)
    }
}

/// The entries of a list header, the last one first. Commas inside quotes also separate: no IP address contains one,
/// and an unclosed quote of the client must not swallow a proxy's entry.
fn entries(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().rev();
    lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).map(str::trim)
}

/// The value of `X-Forwarded-Proto` for the hop after `hops` others. If each proxy overwrites the header, one value
/// applies to all.
fn is_secure_before(headers: &HeaderMap, hops: usize) -> bool {
    entries(headers, X_FORWARDED_PROTO).take(hops + 1).last().is_some_and(is_https)
}

fn is_https(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https")
}

/// One proxy's entry about its client.
struct Hop {
    address: Option<IpAddr>,
    is_secure: Option<bool>,
}

impl Hop {
    fn plain(entry: &str) -> Self {
        Self { address: find_address(entry), is_secure: None }
    }

    /// Parses `for=192.0.2.60;proto=https;by=203.0.113.43`.
    fn element(entry: &str) -> Self {
        let find = |wanted: &str| {
            let mut pairs = entry.split(';').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim().trim_matches('"'))
        };
        Self { address: find("for").and_then(find_address), is_secure: Some(find("proto").is_some_and(is_https)) }
    }
}

/// The network with IPv4-mapped IPv6 addresses (RFC 4291 §2.5.5.2) as IPv4, like the IP addresses of clients.
pub fn canonical(network: IpNet) -> IpNet {
    const MAPPED: u8 = 96;
    let as_ipv4 = |network: ipnet::Ipv6Net| {
        let length = network.prefix_len().checked_sub(MAPPED)?;
        Ipv4Net::new(network.addr().to_ipv4_mapped()?, length).ok()
    };
    match network {
        IpNet::V6(mapped) => as_ipv4(mapped).map_or(network, IpNet::V4),
        IpNet::V4(_) => network,
    }
}

/// Parses an IP address with or without a port, IPv6 with or without brackets.
fn find_address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    text.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests;
