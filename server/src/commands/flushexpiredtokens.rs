//! `flushexpiredtokens`: what a running server does by itself every hour, now.

use std::path::PathBuf;

use super::{Failure, open_configured};
use crate::output;

/// Deletes expired tokens, and security events that are older than they are kept.
///
/// # Errors
/// When the database cannot be used.
pub async fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let flushed = auth.flush_expired_tokens().await?;
    output::line(format_args!("{flushed} expired tokens deleted."));
    let events = auth.flush_events().await?;
    output::line(format_args!("{events} old security events deleted."));
    Ok(())
}
