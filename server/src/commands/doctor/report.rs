//! Formats findings as lines or JSON.

use std::{
    env,
    io::{IsTerminal, stdout},
};

use hallpass_core::store::{Finding, Health};
use serde_json::json;

/// Whether standard output supports colors, and `NO_COLOR` is not set (`no-color.org`).
pub(super) fn has_colours() -> bool {
    stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// One line per finding.
pub(super) fn lines(findings: &[Finding], has_colours: bool) -> String {
    let width = findings.iter().map(|finding| finding.subject.len()).max().unwrap_or(0);
    let line = |finding: &Finding| {
        let (mark, colour) = match finding.health {
            Health::Good => ("✓", 32),
            Health::Doubtful => ("!", 33),
            Health::Bad => ("✗", 31),
        };
        let mark = if has_colours { format!("\u{1b}[{colour}m{mark}\u{1b}[0m") } else { mark.to_owned() };
        let text = format!("{} {}", finding.sentence, finding.advice);
        format!("{mark} {:width$}  {}\n", finding.subject, text.trim_end())
    };
    findings.iter().map(line).collect()
}

/// One object: the worst health, and each finding.
pub(super) fn json(findings: &[Finding]) -> String {
    let worst = findings.iter().map(|finding| finding.health).max().unwrap_or(Health::Good);
    format!("{}\n", json!({ "health": worst, "findings": findings }))
}

#[cfg(test)]
mod tests {
    use hallpass_core::store::Finding;

    use super::{json, lines};

    #[test]
    fn lines_have_columns_and_colors_only_on_request() {
        let findings =
            [Finding::good("clock", "It is late."), Finding::bad("a long name", "It is gone.", "Bring it back.")];
        assert_eq!(lines(&findings, false), "✓ clock        It is late.\n✗ a long name  It is gone. Bring it back.\n");
        assert!(lines(&findings, true).starts_with("\u{1b}[32m✓\u{1b}[0m clock"));
        let object: serde_json::Value = serde_json::from_str(&json(&findings)).expect("JSON");
        assert_eq!(object["health"], "red");
        assert_eq!(object["findings"][0]["health"], "green");
    }
}
