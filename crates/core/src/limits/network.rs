//! Whom a limit by address means: an IPv4 address, or the /64 that one customer has of IPv6 at least
//! (RFC 6177), of which each device takes a new address whenever it likes.

use std::net::IpAddr;

use crate::session::Origin;

/// An address as limits see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// One address.
    V4(u32),
    /// The first 64 bits.
    V6(u64),
}

impl Network {
    /// Where a request came from; `None` where nobody said, as at the command line.
    pub fn of(origin: &Origin) -> Option<Self> {
        origin.address.as_deref()?.parse::<IpAddr>().ok().map(Self::from)
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
    fn addresses_of_one_64_are_one_and_those_of_two_are_two() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"), "one host in two spellings");
        assert_eq!(of("a socket"), None);
    }
}
