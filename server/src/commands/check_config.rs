//! `check-config`: checks the configuration as a start would, and prints it.

use std::path::PathBuf;

use super::Failure;
use crate::{config::Config, output, telemetry};

/// Prints the settings.
pub(crate) fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = Config::load(config)?;
    output::text(config.describe());
    if !config.ignored_variables.is_empty() {
        let names = config.ignored_variables.join(", ");
        output::line(format_args!("Ignored variables that Kubernetes sets: {names}."));
    }
    if let Err(problem) = telemetry::check_filter() {
        output::line(format_args!("{problem}."));
    }
    output::line("The configuration is valid.");
    Ok(())
}
