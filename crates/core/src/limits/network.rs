//! The network that a limit counts: an IPv4 address, or the /64 of an IPv6 address. A customer has a /64 at least (RFC
//! 6177), and devices change their address within it at will.

use std::net::IpAddr;

use crate::session::Origin;

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// An IPv4 address.
    V4(u32),
    /// The first 64 bits of an IPv6 address.
    V6(u64),
}

impl Network {
    /// The network of an origin; `None` if it is unknown, as at the command line.
    pub fn of(origin: &Origin) -> Option<Self> {
        origin.ip.as_deref()?.parse::<IpAddr>().ok().map(Self::from)
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d].iter().fold(0, |bits, segment| bits << 16 | u64::from(*segment)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Network;
    use crate::session::Origin;

    fn of(address: &str) -> Option<Network> {
        Network::of(&Origin::new(Some(address.to_owned()), None))
    }

    #[test]
    fn ipv6_addresses_of_one_64_are_one_network() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"), "one host in two spellings");
        assert_eq!(of("a socket"), None);
    }
}
