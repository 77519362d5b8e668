//! `flushexpiredtokens`: what a running server does by itself every hour, now.

use std::path::PathBuf;

use super::{Failure, open_configured};

/// Deletes expired tokens.
///
/// # Errors
/// When the database cannot be used.
pub async fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let flushed = auth.flush_expired_tokens().await?;
    println!("{flushed} expired tokens deleted.");
    Ok(())
}
