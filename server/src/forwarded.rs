//! Who asks, when a proxy asks for them. What a header says of that is believed only as far back as the
//! hops are known: from the connection itself, hop by hop, to the first address that is none of ours
//! (RFC 7239 §8.1, ASVS 4.1.3). Whatever stands before that, the client may have written itself.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use http::{HeaderMap, HeaderName, header};
use ipnet::{IpNet, Ipv4Net};

/// Addresses, the nearest last, as proxies have written them since before there was `Forwarded`.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The proxies in front of this server, and how they say who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Their addresses. Empty: nothing is believed.
    pub trusted: Vec<IpNet>,
    /// Which header they write. A proxy hands on the other as the client sent it.
    pub header: ForwardedHeader,
}

/// The header in which proxies say who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// Whether it is known to have asked over TLS.
    pub is_secure: bool,
}

impl Proxies {
    /// Who asked, given the other end of the connection and what stands in the headers.
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
            // A hop that hides whom it spoke for, or does not know, is as far as we see.
            let Some(address) = hop.address else { break };
            client.address = address;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| canonical(*network).contains(&address))
    }

    /// What each hop said, the nearest first.
    fn hops<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = Hop> + use<'h> {
        let (name, read): (_, fn(&str) -> Hop) = match self.header {
            ForwardedHeader::XForwardedFor => (X_FORWARDED_FOR, Hop::plain),
            ForwardedHeader::Forwarded => (header::FORWARDED, Hop::element),
        };
        entries(headers, name).map(read)
    }
}

/// The entries of a list header, the last one first. Commas separate also between quotes: no address has
/// one, and a quote that a client left open does not swallow what a proxy added.
fn entries(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().rev();
    lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).map(str::trim)
}

/// What `X-Forwarded-Proto` says of the hop after so many. Where each proxy overwrites it, there is one
/// word for all.
fn is_secure_before(headers: &HeaderMap, hops: usize) -> bool {
    entries(headers, X_FORWARDED_PROTO).take(hops + 1).last().is_some_and(is_https)
}

fn is_https(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https")
}

/// What one proxy said of who asked it.
struct Hop {
    address: Option<IpAddr>,
    is_secure: Option<bool>,
}

impl Hop {
    fn plain(entry: &str) -> Self {
        Self { address: find_address(entry), is_secure: None }
    }

    /// `for=192.0.2.60;proto=https;by=203.0.113.43`.
    fn element(entry: &str) -> Self {
        let find = |wanted: &str| {
            let mut pairs = entry.split(';').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim().trim_matches('"'))
        };
        Self { address: find("for").and_then(find_address), is_secure: Some(find("proto").is_some_and(is_https)) }
    }
}

/// The network with IPv4-mapped IPv6 addresses (RFC 4291 §2.5.5.2) as IPv4, as the addresses of clients are.
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

/// An address with or without a port, IPv6 with or without brackets.
fn find_address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    text.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

impl FromStr for ForwardedHeader {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(()),
        }
    }
}

impl fmt::Display for ForwardedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XForwardedFor => "X-Forwarded-For",
            Self::Forwarded => "Forwarded",
        })
    }
}

#[cfg(test)]
mod tests;
