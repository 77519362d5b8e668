//! `check-config`: whether a start would be refused, and what it would run with.

use std::path::PathBuf;

use super::Failure;
use crate::{config::Config, output};

/// Shows the settings.
///
/// # Errors
/// Why they would be refused.
pub fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = Config::inspect(config)?;
    output::text(config.describe());
    output::line("The configuration is good.");
    Ok(())
}
