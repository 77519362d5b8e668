//! Checks of a page's content security policy (`docs/security.md`).

/// The problems of a policy. Empty for a good one.
pub(super) fn faults(policy: &str) -> Vec<&'static str> {
    let directives: Vec<(&str, Vec<&str>)> = policy
        .split(';')
        .filter_map(|directive| {
            let mut words = directive.split_whitespace();
            Some((words.next()?, words.collect()))
        })
        .collect();
    let sources =
        |name: &str| directives.iter().find(|(found, _)| *found == name).map(|(_, sources)| sources.as_slice());
    let script = sources("script-src").unwrap_or_default();
    let is_ours = |source: &&str| *source == "'self'" || *source == "'wasm-unsafe-eval'" || is_nonce(source);
    [
        (sources("default-src") != Some(&["'none'"]), "unlisted sources are not blocked (default-src)"),
        (!script.iter().any(|source| is_nonce(source)), "the inline script has no nonce (script-src)"),
        (!script.iter().all(is_ours), "scripts from other sources may run (script-src)"),
        (sources("frame-ancestors") != Some(&["'none'"]), "other sites may frame the page (frame-ancestors)"),
        (sources("base-uri") != Some(&["'none'"]), "the base URL can be changed (base-uri)"),
        (
            sources("require-trusted-types-for") != Some(&["'script'"]),
            "text can become script (require-trusted-types-for)",
        ),
    ]
    .into_iter()
    .filter_map(|(is_wrong, what)| is_wrong.then_some(what))
    .collect()
}

/// Whether the source is a base64 nonce of at least 128 bits.
fn is_nonce(source: &str) -> bool {
    source.strip_prefix("'nonce-").and_then(|rest| rest.strip_suffix('\'')).is_some_and(|nonce| nonce.len() >= 22)
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::pages::policy;

    #[test]
    fn the_policy_of_pages_is_good_and_every_weakening_is_reported() {
        let good = policy("0123456789abcdefghijkl==");
        assert_eq!(faults(&good), [] as [&str; 0]);
        for (from, to, problem) in [
            ("default-src 'none'", "default-src *", "default-src"),
            ("'wasm-unsafe-eval'", "'unsafe-inline'", "scripts from other sources"),
            ("'wasm-unsafe-eval'", "'unsafe-eval'", "scripts from other sources"),
            ("script-src 'self'", "script-src 'self' https:", "scripts from other sources"),
            ("'nonce-0123456789abcdefghijkl=='", "'nonce-'", "no nonce"),
            ("frame-ancestors 'none'", "frame-ancestors *", "frame"),
            ("base-uri 'none'", "base-uri 'self'", "base-uri"),
            ("require-trusted-types-for 'script'; ", "", "require-trusted-types-for"),
        ] {
            let weak = good.replace(from, to);
            assert_ne!(weak, good, "{from}");
            assert!(faults(&weak).iter().any(|fault| fault.contains(problem)), "{problem}: {:?}", faults(&weak));
        }
        assert_eq!(faults("").len(), 5);
    }
}
