//! Checks of the binary: the embedded files and the policy of its pages.

use hallpass_core::store::Finding;

use super::content_policy::faults;
use crate::{pages, site};

/// Checks the files and the policy.
pub(super) fn examine() -> Vec<Finding> {
    let assets = site::assets();
    let found = [("script", &assets.js), ("WebAssembly", &assets.wasm), ("stylesheet", &assets.css)];
    let missing: Vec<_> = found.iter().filter(|(_, path)| path.is_empty()).map(|(name, _)| *name).collect();
    let files = if missing.is_empty() {
        Finding::good("site", "This binary contains the pages' script, WebAssembly and stylesheet.")
    } else {
        let sentence = format!("This binary has no {}: pages do not work; the API does.", missing.join(", no "));
        Finding::doubtful("site", sentence, "Build it with: make build")
    };
    // Any nonce of the right length.
    vec![files, judge("page policy", &pages::policy(&"0".repeat(24)))]
}

/// Checks a page's content security policy.
pub(super) fn judge(subject: &'static str, policy: &str) -> Finding {
    let faults = faults(policy);
    if faults.is_empty() {
        return Finding::good(subject, "Pages only run their own scripts and cannot be framed.");
    }
    Finding::bad(subject, format!("{}.", faults.join("; ")), "Check that no proxy changes the header.")
}
