//! The binary `hallpass`.

use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;

/// Returns memory after a flood of sign-ins, which the default allocator was seen to keep.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
