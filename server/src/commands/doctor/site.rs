//! What the binary brings: the site's files, and the policy of its pages.

use hallpass_core::store::Finding;

use super::content_policy::faults;
use crate::{pages, site};

/// Looks at them.
pub(super) fn examine() -> Vec<Finding> {
    let assets = site::assets();
    let found = [("script", &assets.js), ("WebAssembly", &assets.wasm), ("stylesheet", &assets.css)];
    let missing: Vec<_> = found.iter().filter(|(_, path)| path.is_empty()).map(|(name, _)| *name).collect();
    let files = if missing.is_empty() {
        Finding::good("site", "The script, WebAssembly and stylesheet of the pages are in this binary.")
    } else {
        let sentence = format!("This binary has no {}: pages do not work, and the API does.", missing.join(", no "));
        Finding::doubtful("site", sentence, "Build it with: make build")
    };
    // Any nonce of the length that pages have.
    vec![files, judge("page policy", &pages::policy(&"0".repeat(24)))]
}

/// A page's content security policy.
pub(super) fn judge(subject: &'static str, policy: &str) -> Finding {
    let faults = faults(policy);
    if faults.is_empty() {
        return Finding::good(subject, "Pages run their own script alone, and nobody frames them.");
    }
    Finding::bad(subject, format!("{}.", faults.join("; ")), "See that nothing between changes the header.")
}
