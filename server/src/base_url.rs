//! Absolute URLs of this server. No other module builds one.

use http::{Uri, request::Parts};

use crate::{host, layers};

/// The prefix of absolute URLs: scheme, host and, for an issuer, its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// The URL that the client used: the request's host and scheme. The scheme is `https` if a trusted proxy reports
    /// it, with `hsts = "on"`, and if `issuer` is an `https` URL of the same host. Empty for HTTP/1.0 without a host,
    /// which results in relative references.
    pub(crate) fn of_request(parts: &Parts, target: &Uri, issuer: Option<&str>) -> Self {
        // `host::check` has rejected requests without a valid host.
        let host = host::find(parts.version, target, &parts.headers).ok().flatten();
        Self(host.map(|host| origin(host, layers::is_secure(parts), issuer)).unwrap_or_default())
    }

    /// The issuer, if it is a URL that clients can open: `https` without query and fragment (RFC 8414 §2), or `http` on
    /// this machine for development.
    pub(crate) fn of_issuer(issuer: &str) -> Option<Self> {
        let uri: Uri = issuer.parse().ok()?;
        let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&uri.host()?);
        let is_reached = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_here);
        let is_plain = !issuer.contains(['?', '#', '@']);
        (is_reached && is_plain).then(|| Self(issuer.trim_end_matches('/').to_owned()))
    }

    /// The path of the URL, without a trailing slash.
    pub(crate) fn path(&self) -> &str {
        let after_scheme = self.0.find("://").map_or(0, |scheme| scheme + 3);
        self.0[after_scheme..].find('/').map_or("", |path| &self.0[after_scheme + path..])
    }

    /// The absolute URL of a path, which starts with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

fn origin(host: &str, is_secure: bool, issuer: Option<&str>) -> String {
    let is_issuer = || issuer.and_then(|issuer| issuer.parse::<Uri>().ok()).is_some_and(|uri| is_secure_at(&uri, host));
    if is_secure || is_issuer() { format!("https://{host}") } else { format!("http://{host}") }
}

fn is_secure_at(issuer: &Uri, host: &str) -> bool {
    issuer.scheme_str() == Some("https") && issuer.authority().is_some_and(|authority| authority == host)
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, origin};

    #[test]
    fn a_url_is_secure_when_the_request_or_the_issuer_of_its_host_is() {
        for (is_secure, issuer, scheme) in [
            (true, None, "https"),
            (false, None, "http"),
            (false, Some("https://a.example/x"), "https"),
            (false, Some("https://A.example"), "https"),
            (false, Some("https://a.example.org"), "http"),
            (false, Some("https://a.example:8443"), "http"),
            (false, Some("hallpass"), "http"),
        ] {
            assert_eq!(origin("a.example", is_secure, issuer), format!("{scheme}://a.example"), "{issuer:?}");
        }
        assert_eq!(origin("a.example:3000", false, None), "http://a.example:3000");
    }

    #[test]
    fn an_issuer_is_a_url_only_if_clients_can_open_it() {
        for (issuer, path) in [
            ("https://a.example", ""),
            ("https://a.example/", ""),
            ("https://a.example:8443/x/", "/x"),
            ("http://localhost:3000", ""),
            ("http://[::1]:3000", ""),
        ] {
            assert_eq!(BaseUrl::of_issuer(issuer).as_ref().map(BaseUrl::path), Some(path), "{issuer}");
        }
        for name in ["hallpass", "http://a.example", "https://a.example?x=1", "https://a.example#x", "/x", "ftp://a"] {
            assert_eq!(BaseUrl::of_issuer(name), None, "{name}");
        }
    }

    #[test]
    fn a_path_is_appended_to_the_issuer() {
        let base = BaseUrl::of_issuer("https://a.example/x/").expect("a URL");
        assert_eq!(base.join("/oauth/revoke"), "https://a.example/x/oauth/revoke");
    }
}
