//! `check-config`: whether a start would be refused, and what it would run with.

use std::path::PathBuf;

use super::Failure;
use crate::{config::Config, output, telemetry};

/// Shows the settings.
///
/// # Errors
/// Why they would be refused.
pub fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = Config::load(config)?;
    output::text(config.describe());
    if !config.ignored_variables.is_empty() {
        let names = config.ignored_variables.join(", ");
        output::line(format_args!("Ignored, because Kubernetes sets variables like these: {names}."));
    }
    if let Err(problem) = telemetry::check_filter() {
        output::line(format_args!("{problem}."));
    }
    output::line("The configuration is good.");
    Ok(())
}
