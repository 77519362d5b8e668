//! `migrate`: bring the tables up to date without serving. `serve` does the same at its start.

use std::path::PathBuf;

use super::{Failure, LostKey, load};
use crate::output;

/// Migrates.
///
/// # Errors
/// When the database cannot be opened or migrated.
pub async fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = load(config, LostKey::Refuse).await?;
    hallpass_store::connect(&config.database_url).await?;
    output::line(format_args!("The database {} is up to date.", config.database_url));
    Ok(())
}
