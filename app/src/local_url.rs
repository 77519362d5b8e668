//! URLs on this origin. Untrusted paths and parameters are resolved as a browser resolves them, and only the result
//! is written, so that no link or redirect leads to another site.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The base that references are resolved against. Any origin works: only path, query and fragment of the result are
/// used.
const ORIGIN: &str = "https://origin.invalid";

/// A path, a query and a fragment on this origin, in the normal form of the WHATWG URL Standard.
///
/// The path begins with exactly one slash: browsers read two as the start of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalUrl {
    parts: Parts,
}

/// The parts as in `window.location`: the query with its `?`, the fragment with its `#`, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    path: String,
    query: String,
    fragment: String,
}

impl LocalUrl {
    /// Resolves an untrusted reference. `None` unless it begins with a slash and resolves to a path of this origin
    /// that begins with one slash.
    pub fn parse(reference: &str) -> Option<Self> {
        let parts = reference.starts_with('/').then(|| resolve(reference))??;
        (!parts.path.starts_with("//")).then_some(Self { parts })
    }

    /// The URL of a page by its path, with an optional query and fragment. Several leading slashes become one.
    pub fn of_page(page: &str) -> Self {
        // After a leading dot, neither slashes nor a colon start a host or a scheme.
        let parts = resolve(&format!("/./{page}"));
        let Parts { path, query, fragment } = parts.unwrap_or_else(|| Parts::of("", "", ""));
        Self { parts: Parts { path: format!("/{}", path.trim_start_matches('/')), query, fragment } }
    }

    /// The URL with one more query parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let query = &mut self.parts.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        query.push('=');
        query.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        self
    }

    /// The path. Begins with one slash.
    pub fn path(&self) -> &str {
        &self.parts.path
    }
}

impl fmt::Display for LocalUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { path, query, fragment } = &self.parts;
        formatter.write_str(path)?;
        formatter.write_str(query)?;
        formatter.write_str(fragment)
    }
}

impl Parts {
    fn of(path: &str, query: &str, fragment: &str) -> Self {
        Self { path: path.to_owned(), query: query.to_owned(), fragment: fragment.to_owned() }
    }
}

#[cfg(not(feature = "ssr"))]
fn resolve(reference: &str) -> Option<Parts> {
    let url = web_sys::Url::new_with_base(reference, ORIGIN).ok()?;
    let parts = || Parts { path: url.pathname(), query: url.search(), fragment: url.hash() };
    (url.origin() == ORIGIN).then(parts)
}

#[cfg(feature = "ssr")]
fn resolve(reference: &str) -> Option<Parts> {
    use url::{Position, Url};
    let base = Url::parse(ORIGIN).ok()?;
    let url = base.join(reference).ok()?;
    // Like browsers, drops a mark that nothing follows.
    let part = |text: &str| if text.len() > 1 { text.to_owned() } else { String::new() };
    (url.origin() == base.origin()).then(|| Parts {
        path: url.path().to_owned(),
        query: part(&url[Position::AfterPath..Position::AfterQuery]),
        fragment: part(&url[Position::AfterQuery..]),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
    use url::Url;

    use super::LocalUrl;

    /// Resolves as a browser does on a page of a deployment.
    fn followed(reference: &str) -> Url {
        Url::parse("http://hallpass.example:8080/a/b?c#d").expect("a URL").join(reference).expect("a reference")
    }

    #[test]
    fn a_reference_to_this_origin_is_resolved() {
        for (reference, resolved) in [
            ("/", "/"),
            ("/account?x=1#password", "/account?x=1#password"),
            ("/a?b=//c", "/a?b=//c"),
            ("/account/../sign-in", "/sign-in"),
            ("/account/%2e%2E/sign-in", "/sign-in"),
            ("/account\\..\\sign-in", "/sign-in"),
            ("/acc\tou\nnt", "/account"),
            ("/account?#", "/account"),
            ("/%5Cevil.example", "/%5Cevil.example"),
            ("/계정?이름=값", "/%EA%B3%84%EC%A0%95?%EC%9D%B4%EB%A6%84=%EA%B0%92"),
        ] {
            assert_eq!(
                LocalUrl::parse(reference).map(|url| url.to_string()).as_deref(),
                Some(resolved),
                "{reference:?}"
            );
        }
    }

    #[test]
    fn a_reference_to_another_site_is_rejected() {
        for reference in [
            "",
            "account",
            "?x",
            "#x",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n\\evil.example",
            "\u{1}//evil.example",
            " //evil.example",
            "///evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e/%2E%2e//evil.example",
            "/.\\/evil.example",
            "//user@evil.example",
            "https://evil.example",
            "https:/evil.example",
            "https:evil.example",
            "//[",
            "javascript:x",
        ] {
            assert_eq!(LocalUrl::parse(reference), None, "{reference:?}");
        }
    }

    #[test]
    fn every_path_has_a_url_on_this_origin() {
        for (page, url) in [
            ("", "/"),
            ("*", "/*"),
            ("//evil.example/x", "/evil.example/x"),
            ("/\\evil.example", "/evil.example"),
            ("/\t/evil.example", "/evil.example"),
            ("/.//evil.example", "/evil.example"),
            ("///..//evil.example", "/evil.example"),
            ("https://evil.example/", "/https://evil.example/"),
            ("//user:password@evil.example?x#y", "/user:password@evil.example?x#y"),
            ("/account?x=1&x=2#password", "/account?x=1&x=2#password"),
        ] {
            assert_eq!(LocalUrl::of_page(page).to_string(), url, "{page:?}");
        }
    }

    #[test]
    fn a_parameter_is_appended_before_the_fragment() {
        let url = LocalUrl::of_page("/account#password").with("next", "/a?b=c d&e").with("x", "");
        assert_eq!(url.to_string(), "/account?next=%2Fa%3Fb%3Dc%20d%26e&x=#password");
    }

    fn reference() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "/",
            "\\",
            ".",
            "..",
            "%2e",
            "%2F",
            "%5C",
            "\t",
            "\n",
            "\0",
            " ",
            "@",
            ":",
            "?",
            "#",
            "a",
            "evil.example",
            "https",
        ]);
        let pieces = prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
        pieces.prop_flat_map(|pieces| any::<String>().prop_map(move |rest| format!("{pieces}{rest}")))
    }

    proptest! {
        #[test]
        fn no_text_leads_to_another_origin(text in reference()) {
            for url in LocalUrl::parse(&text).into_iter().chain([LocalUrl::of_page(&text).with("x", &text)]) {
                let there = followed(&url.to_string());
                prop_assert_eq!(there.origin(), followed("/").origin());
                prop_assert_eq!(there.path(), url.path());
                prop_assert!(url.path().starts_with('/') && !url.path().starts_with("//"));
            }
        }

        #[test]
        fn an_accepted_reference_resolves_as_in_a_browser(text in reference()) {
            if let Some(url) = LocalUrl::parse(&text) {
                let (ours, theirs) = (followed(&url.to_string()), followed(&text));
                prop_assert_eq!((ours.host(), ours.path()), (theirs.host(), theirs.path()));
                prop_assert_eq!(ours.query().unwrap_or_default(), theirs.query().unwrap_or_default());
                prop_assert_eq!(ours.fragment().unwrap_or_default(), theirs.fragment().unwrap_or_default());
            }
        }
    }
}
