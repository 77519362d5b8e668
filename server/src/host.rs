//! The host of a request. It is checked once, in [`layers::wrap`](crate::layers::wrap): handlers never see a missing,
//! repeated or malformed host.

use std::net::Ipv6Addr;

use http::{HeaderMap, Uri, Version, header};

/// The reason a host is rejected, with 400 (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HostError {
    /// HTTP/1.1 requires a host.
    #[error("The Host header is missing. Send one.")]
    Missing,
    /// There are several `Host` headers.
    #[error("The request names its host twice. Send one Host header.")]
    Repeated,
    /// The host is not a DNS name or IP address with an optional port.
    #[error("The host of the request is malformed. Send a name or an IP address, and the port if there is one.")]
    Malformed,
}

/// Finds the host and port of a request as sent. `None` for HTTP/1.0 without a `Host` header.
///
/// The authority of the target (in HTTP/1.1's absolute form, or `:authority` in HTTP/2) takes precedence over the
/// `Host` header (RFC 9112 §3.2.2, RFC 9113 §8.3.1), which is still checked.
pub(crate) fn find<'r>(
    version: Version,
    target: &'r Uri,
    headers: &'r HeaderMap,
) -> Result<Option<&'r str>, HostError> {
    let named = named(headers)?;
    let wanted = target.authority().map(|authority| checked(authority.as_str())).transpose()?;
    match (wanted, named) {
        (_, None) if version == Version::HTTP_11 => Err(HostError::Missing),
        (None, None) if version > Version::HTTP_11 => Err(HostError::Missing),
        (Some(wanted), Some(named)) if version > Version::HTTP_11 && !wanted.eq_ignore_ascii_case(named) => {
            Err(HostError::Repeated)
        }
        (wanted, named) => Ok(wanted.or(named)),
    }
}

fn named(headers: &HeaderMap) -> Result<Option<&str>, HostError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => host.to_str().map_err(|_| HostError::Malformed).and_then(checked).map(Some),
        (Some(_), Some(_)) => Err(HostError::Repeated),
    }
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2). Of the registered names of RFC 3986, only DNS names are accepted.
fn checked(text: &str) -> Result<&str, HostError> {
    let end = text.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match text[end..].find(':') {
        Some(colon) => (&text[..end + colon], &text[end + colon + 1..]),
        None => (text, ""),
    };
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && (port.is_empty() || port.parse::<u16>().is_ok());
    if is_port && is_host(host) { Ok(text) } else { Err(HostError::Malformed) }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Version, header};

    use super::{HostError, checked, find};

    fn host(version: Version, target: &str, hosts: &[&'static str]) -> Result<Option<String>, HostError> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_static(host));
        }
        find(version, &target.parse().expect("a target"), &headers).map(|host| host.map(str::to_owned))
    }

    #[test]
    fn names_and_addresses_with_a_port_are_hosts() {
        for good in ["a.example", "A.example.:8443", "a_b:80", "127.0.0.1:3000", "[::1]", "[2001:db8::5]:443", "a:"] {
            assert_eq!(checked(good), Ok(good));
        }
        for bad in [
            "", ":80", "a b", "a, b", "a/b", "a?b", "a#b", "a\\b", "u@a", "u:p@a", "a:b", "a:-1", "a:+80", "a:65536",
            "a:80:80", "::1", "[::1", "::1]", "[::1]x", "[::g]", "[a]", "[]", "x[::1]", "a%20b", "<a>", "\"a\"", "a;b",
        ] {
            assert_eq!(checked(bad), Err(HostError::Malformed), "{bad}");
        }
    }

    #[test]
    fn http_1_1_requires_one_host_header_and_http_1_0_none() {
        assert_eq!(host(Version::HTTP_11, "/", &[]), Err(HostError::Missing));
        assert_eq!(host(Version::HTTP_11, "http://a/", &[]), Err(HostError::Missing));
        assert_eq!(host(Version::HTTP_10, "/", &[]), Ok(None));
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            assert_eq!(host(version, "/", &["a"]), Ok(Some("a".to_owned())));
            assert_eq!(host(version, "/", &["a", "a"]), Err(HostError::Repeated));
            assert_eq!(host(version, "/", &["a b"]), Err(HostError::Malformed));
        }
    }

    #[test]
    fn the_authority_of_the_target_overrides_the_host_header() {
        assert_eq!(host(Version::HTTP_11, "http://b:81/x", &["a"]), Ok(Some("b:81".to_owned())));
        assert_eq!(host(Version::HTTP_11, "http://u@b/", &["a"]), Err(HostError::Malformed));
        assert_eq!(host(Version::HTTP_11, "http://b/", &["a b"]), Err(HostError::Malformed));
        assert_eq!(host(Version::HTTP_2, "https://b/", &[]), Ok(Some("b".to_owned())));
        assert_eq!(host(Version::HTTP_2, "https://b/", &["B"]), Ok(Some("b".to_owned())));
        assert_eq!(host(Version::HTTP_2, "https://b/", &["a"]), Err(HostError::Repeated));
        assert_eq!(host(Version::HTTP_2, "/", &[]), Err(HostError::Missing));
    }
}
