//! `migrate`: applies the database migrations. `serve` does the same at its start.

use std::path::PathBuf;

use super::{Failure, load};
use crate::output;

/// Applies the migrations.
pub(crate) async fn run(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = load(config).await?;
    hallpass_store::connect(&config.database_url).await?;
    output::line(format_args!("The database {} is up to date.", config.database_url));
    Ok(())
}
