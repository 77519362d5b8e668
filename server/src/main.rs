//! The binary `hallpass`.

#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::{io::ErrorKind, process::ExitCode};

use clap::Parser;
use server::{cli::Cli, output};

/// Unlike the default allocator, it returns memory to the system after a burst of sign-ins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return show(&usage),
    };
    if let Err(failure) = cli.run().await {
        output::notice(format_args!("Error: {}", failure.with_causes()));
        return ExitCode::FAILURE;
    }
    match output::error() {
        None => ExitCode::SUCCESS,
        Some(error) => {
            output::notice(format_args!(
                "Error: the command is done, but standard output cannot be written to: {error}"
            ));
            ExitCode::FAILURE
        }
    }
}

/// Prints help, the version, or an error about the arguments.
fn show(usage: &clap::Error) -> ExitCode {
    match usage.print() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            output::notice(format_args!("Error: the output cannot be written: {error}"));
            ExitCode::FAILURE
        }
        Ok(()) | Err(_) => ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(1)),
    }
}
