//! Input from the operator: from standard input or the terminal, with hidden passwords.

use std::io::{self, BufRead, IsTerminal};

use secrecy::{ExposeSecret, SecretString};

use super::Failure;
use crate::output;

/// The given value, or one typed by the operator.
pub(super) fn given_or_asked(given: Option<String>, label: &str, option: &str) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Input(format!("{label} is missing; set it with {option}")));
    }
    output::text(format_args!("{label}: "));
    read_line()
}

/// A password: the first line of standard input, or typed twice without echo.
pub(super) fn password(from_stdin: bool) -> Result<SecretString, Failure> {
    if from_stdin {
        return read_line().map(SecretString::from);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Input("the password is missing; pass it on standard input with --password-stdin".into()));
    }
    let ask = |label: &str| rpassword::prompt_password(label).map(SecretString::from);
    let first = ask("Password: ").map_err(|error| unreadable(&error))?;
    let second = ask("Password (again): ").map_err(|error| unreadable(&error))?;
    if first.expose_secret() != second.expose_secret() {
        return Err(Failure::Input("the two passwords differ".into()));
    }
    Ok(first)
}

/// One line without its line break. White space is kept.
fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::Input(format!("standard input cannot be read: {error}"))
}
