//! `doctor`: checks the whole deployment. It only reads, and its output contains no secrets.

mod access;
mod clock;
mod content_policy;
mod database;
mod files;
mod keys;
mod report;
mod running;
mod site;

use std::{path::PathBuf, time::Duration};

use hallpass_core::{
    clock::{Clock, SystemClock},
    store::{Finding, Health},
};

use super::Failure;
use crate::{
    config::{Config, DEFAULT_FILE},
    output, telemetry,
};

/// Examines the deployment and prints the findings. `timeout` bounds each answer of a server.
pub(crate) async fn run(
    config: Option<PathBuf>,
    url: Option<String>,
    timeout: Duration,
    json: bool,
) -> Result<(), Failure> {
    let file = config.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let mut findings = match Config::load(config) {
        Ok(config) => examine(&config, file, timeout).await,
        Err(error) => {
            let advice = "Fix this first: the other checks need the configuration.";
            vec![Finding::bad("configuration", format!("The server would not start: {error}."), advice)]
        }
    };
    findings.extend(site::examine());
    findings.extend(telemetry::check_filter().err().map(|problem| {
        let advice = "Unset it, or set it to, for example, info or warn,server=debug.";
        Finding::doubtful("RUST_LOG", format!("{problem}."), advice)
    }));
    if let Some(url) = url {
        findings.extend(running::examine(&url, timeout).await);
    }
    output::text(if json { report::json(&findings) } else { report::lines(&findings, report::has_colours()) });
    match findings.iter().filter(|finding| finding.health == Health::Bad).count() {
        0 => Ok(()),
        bad => Err(Failure::ProblemsFound(bad)),
    }
}

async fn examine(config: &Config, file: PathBuf, timeout: Duration) -> Vec<Finding> {
    let now = SystemClock.now();
    let sentence = if file.exists() {
        format!("{} and the environment are valid.", file.display())
    } else {
        format!("{} does not exist; the environment and the defaults are valid.", file.display())
    };
    let mut findings = vec![Finding::good("configuration", sentence)];
    if !config.ignored_variables.is_empty() {
        let names = config.ignored_variables.join(", ");
        findings.push(Finding::good("environment", format!("Ignored variables that Kubernetes sets: {names}.")));
    }
    findings.extend(keys::examine(config, now));
    findings.extend(files::examine(config, &file));
    let (of_database, newest) = database::examine(config).await;
    findings.extend(clock::examine(now, newest));
    findings.extend(of_database);
    findings.extend(access::examine(config, timeout).await);
    findings
}
