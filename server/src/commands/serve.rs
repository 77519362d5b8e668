//! `hallpass serve`: runs the server until a shutdown signal.

use std::path::PathBuf;

use super::{Failure, LostKey};
use crate::{Hallpass, config::Config, telemetry};

/// Serves until the process receives SIGTERM or SIGINT.
pub(crate) async fn run(config: Option<PathBuf>, lost_key: LostKey) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let telemetry = telemetry::start(config.observability.log_format);
    let builder = Hallpass::builder(config).lost_key(lost_key).dropped_lines(telemetry.dropped_lines.clone());
    Box::pin(builder.serve()).await?;
    telemetry.stop();
    Ok(())
}
