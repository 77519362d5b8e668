//! `token`: decodes tokens, or verifies them with the server's own verifier. Decoded values are claims of the token,
//! not verified facts.

mod answer;
mod inspect;
mod source;

use std::{
    io::{self, BufRead},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use hallpass_core::clock::{Clock, SystemClock, Timestamp};
use source::Verifier;

use super::Failure;
use crate::output::{self, Reader};

/// The subcommands of `token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Decode tokens without verifying them: header, claims, times and signing key
    Inspect {
        /// The token [default: one per line on standard input]
        token: Option<String>,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Verify tokens with this server's keys or a JWK set: signature, times and configured claims
    Verify(VerifyTokens),
}

/// The tokens and keys to verify with.
#[derive(Debug, Args)]
pub(crate) struct VerifyTokens {
    /// The token [default: one per line on standard input]
    pub token: Option<String>,
    /// Verify with the JWK set in this file instead of this server's keys
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// Read JSON objects, one per line, {"id", "jwks", "token"}, and print {"id", "valid"}: checks structure,
    /// algorithm, key and signature, whatever the payload is. A line without "jwks" uses the keys of the file or of
    /// this server
    #[arg(long)]
    pub json: bool,
    /// With --json: also check the claims
    #[arg(long, requires = "json")]
    pub claims: bool,
}

/// Runs the command.
pub(crate) fn run(config: Option<PathBuf>, command: TokenCommand) -> Result<(), Failure> {
    let now = SystemClock.now();
    match command {
        TokenCommand::Inspect { token, json } => inspect::run(config, token, json, now),
        TokenCommand::Verify(asked) if asked.json => answer::run(config, asked, now),
        TokenCommand::Verify(asked) => verify(config, asked, now),
    }
}

fn verify(config: Option<PathBuf>, asked: VerifyTokens, now: Timestamp) -> Result<(), Failure> {
    let verifier = Verifier::open(config, asked.jwks)?;
    let mut bad = 0;
    each(asked.token, |line| {
        let text = String::from_utf8_lossy(line);
        match verifier.verify(text.trim(), now) {
            Ok(()) => "valid".to_owned(),
            Err(why) => {
                bad += 1;
                format!("invalid: {why}")
            }
        }
    })?;
    if bad == 0 { Ok(()) } else { Err(Failure::BadTokens(bad)) }
}

/// Handles the argument, or each line of standard input as it arrives, until the reader of the output is gone.
fn each(given: Option<String>, mut answer: impl FnMut(&[u8]) -> String) -> Result<(), Failure> {
    let mut is_asked = false;
    if let Some(given) = given {
        output::line(answer(given.as_bytes()));
        return Ok(());
    }
    for line in io::stdin().lock().split(b'\n') {
        is_asked = true;
        let line = line.map_err(|error| Failure::Input(format!("standard input cannot be read: {error}")))?;
        if output::line(answer(line.strip_suffix(b"\r").unwrap_or(&line))) == Reader::Gone {
            break;
        }
    }
    if is_asked {
        Ok(())
    } else {
        Err(Failure::Input("no token was given: pass one as an argument, or one per line on standard input".to_owned()))
    }
}
