//! `flushexpiredtokens`: deletes expired rows now. A running server does the same every hour.

use std::path::PathBuf;

use super::{Failure, open_configured};
use crate::output;

/// Deletes expired tokens and security events past their retention.
pub(crate) async fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let flushed = auth.flush_expired_tokens().await?;
    output::line(format_args!("{flushed} expired tokens deleted."));
    let events = auth.flush_events().await?;
    output::line(format_args!("{events} old security events deleted."));
    Ok(())
}
