//! `token`: an operator takes tokens apart, or verifies them by the product's own verifier. What is
//! shown of a token that was only taken apart is what it says, not what is so.

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

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Take tokens apart without believing them: header, claims, times in words, whose key
    Inspect {
        /// The token; one a line on standard input when not given
        token: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Verify tokens by this server's keys, or by a JWK set: signature, times, and what else is configured
    Verify(VerifyTokens),
}

/// Which tokens, and by which keys.
#[derive(Debug, Args)]
pub struct VerifyTokens {
    /// The token; one a line on standard input when not given
    pub token: Option<String>,
    /// Verify by the keys in this file, a JWK set, instead of by this server's
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// Read JSON objects, one a line, {"id", "jwks", "token"}, and answer {"id", "valid"}: by structure,
    /// algorithm, key and signature alone, whatever is signed. A line without "jwks" is verified by the file's
    /// keys, or by this server's
    #[arg(long)]
    pub json: bool,
    /// With --json: the claims must be good as well
    #[arg(long, requires = "json")]
    pub claims: bool,
}

/// Does what was asked.
///
/// # Errors
/// When the keys cannot be read, or a token is not valid.
pub fn run(config: Option<PathBuf>, command: TokenCommand) -> Result<(), Failure> {
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
        Ok(match verifier.verify(text.trim(), now) {
            Ok(()) => "valid".to_owned(),
            Err(why) => {
                bad += 1;
                format!("invalid: {why}")
            }
        })
    })?;
    if bad == 0 { Ok(()) } else { Err(Failure::BadTokens(bad)) }
}

/// Answers the argument, or each line of standard input in order, as soon as it is there, until nobody reads the
/// answers.
fn each(given: Option<String>, mut answer: impl FnMut(&[u8]) -> Result<String, Failure>) -> Result<(), Failure> {
    let mut is_asked = false;
    if let Some(given) = given {
        output::line(answer(given.as_bytes())?);
        return Ok(());
    }
    for line in io::stdin().lock().split(b'\n') {
        is_asked = true;
        let line = line.map_err(|error| Failure::Input(format!("standard input cannot be read: {error}")))?;
        if output::line(answer(line.strip_suffix(b"\r").unwrap_or(&line))?) == Reader::Gone {
            break;
        }
    }
    if is_asked {
        Ok(())
    } else {
        Err(Failure::Input("no token was given: name one, or write one a line to standard input".to_owned()))
    }
}
