//! What must be right about the content security policy of a page (`docs/security.md`).

/// What is wrong with a policy, in words; nothing when it is as it should be.
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
        (sources("default-src") != Some(&["'none'"]), "what is not named is not refused (default-src)"),
        (!script.iter().any(|source| is_nonce(source)), "the page's own script has no nonce (script-src)"),
        (!script.iter().all(is_ours), "script from elsewhere may run (script-src)"),
        (sources("frame-ancestors") != Some(&["'none'"]), "others may frame the page (frame-ancestors)"),
        (sources("base-uri") != Some(&["'none'"]), "addresses can be turned into another's (base-uri)"),
        (
            sources("require-trusted-types-for") != Some(&["'script'"]),
            "text may become script (require-trusted-types-for)",
        ),
    ]
    .into_iter()
    .filter_map(|(is_wrong, what)| is_wrong.then_some(what))
    .collect()
}

/// A nonce of at least 128 bits, in base64.
fn is_nonce(source: &str) -> bool {
    source.strip_prefix("'nonce-").and_then(|rest| rest.strip_suffix('\'')).is_some_and(|nonce| nonce.len() >= 22)
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::pages::policy;

    #[test]
    fn our_policy_is_good_and_each_way_to_weaken_it_is_told() {
        let good = policy("0123456789abcdefghijkl==");
        assert_eq!(faults(&good), [] as [&str; 0]);
        for (from, to, told) in [
            ("default-src 'none'", "default-src *", "default-src"),
            ("'wasm-unsafe-eval'", "'unsafe-inline'", "script from elsewhere"),
            ("'wasm-unsafe-eval'", "'unsafe-eval'", "script from elsewhere"),
            ("script-src 'self'", "script-src 'self' https:", "script from elsewhere"),
            ("'nonce-0123456789abcdefghijkl=='", "'nonce-'", "no nonce"),
            ("frame-ancestors 'none'", "frame-ancestors *", "frame"),
            ("base-uri 'none'", "base-uri 'self'", "base-uri"),
            ("require-trusted-types-for 'script'; ", "", "require-trusted-types-for"),
        ] {
            let weak = good.replace(from, to);
            assert_ne!(weak, good, "{from}");
            assert!(faults(&weak).iter().any(|fault| fault.contains(told)), "{told}: {:?}", faults(&weak));
        }
        assert_eq!(faults("").len(), 5);
    }
}
