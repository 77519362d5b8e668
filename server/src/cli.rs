//! The command line. Commands have the names and options of Django's `manage.py`.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::{ArgGroup, Args, Parser, Subcommand};
use hallpass_core::{import::ImportMode, user::Role};
use hallpass_store::UserTable;

use crate::commands::{self, Failure, LostKey, keys::KeysCommand, token::TokenCommand};

/// Hallpass, a token authentication server with immediate revocation
///
/// Settings are read from hallpass.toml in the current directory and from environment variables: the variable of
/// `access_token_lifetime` is `HALLPASS_ACCESS_TOKEN_LIFETIME`. Environment variables override the file.
#[derive(Debug, Parser)]
#[command(name = "hallpass", version, max_term_width = 100)]
pub struct Cli {
    /// Configuration file to read instead of hallpass.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the application and the REST API (the default)
    Serve {
        /// Create a new signing key if the key file is lost; all users must sign in again
        #[arg(long)]
        new_key: bool,
    },
    /// Apply the database migrations
    Migrate,
    /// Create a superuser
    Createsuperuser(NewAccount),
    /// Create a user
    Createuser {
        #[command(flatten)]
        account: NewAccount,
        /// Create the user inactive: it cannot sign in
        #[arg(long)]
        inactive: bool,
        /// Give the user access to the administration
        #[arg(long)]
        staff: bool,
    },
    /// Set a user's password and revoke all of the user's sessions
    Changepassword {
        /// Username
        #[arg(value_name = "USERNAME", required_unless_present = "username")]
        user: Option<String>,
        /// Username, as an option
        #[arg(long, conflicts_with = "user")]
        username: Option<String>,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Revoke sessions and their tokens: one user's or everyone's, optionally only older ones
    #[command(group(ArgGroup::new("sessions").required(true).args(["user", "all"])))]
    Revoke {
        /// Revoke the sessions of this user
        #[arg(long, value_name = "USERNAME")]
        user: Option<String>,
        /// Revoke all sessions, for example after a restore from a backup
        #[arg(long)]
        all: bool,
        /// Revoke only sessions that began before this time (UTC, for example 2026-11-24T14:02:00Z) [default: now]
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339_weak)]
        before: Option<SystemTime>,
    },
    /// Delete expired tokens and security events past their retention
    Flushexpiredtokens,
    /// Import users and refresh tokens from a Django project's database, which is opened read-only
    ImportDjango {
        /// The project's SQLite file, or `postgres://user@host/name` (PGPASSWORD can hold the password)
        #[arg(value_name = "DATABASE")]
        source: String,
        /// The users' table, if it is neither referenced by Simple JWT's tables nor `auth_user`
        #[arg(long, value_name = "NAME")]
        user_table: Option<String>,
        /// The column that users sign in with [default: username, or email if there is no username]
        #[arg(long, value_name = "NAME")]
        username_column: Option<String>,
        /// Print the result without writing anything
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy the SQLite database to PostgreSQL, so that several servers can share it
    ///
    /// Sessions stay valid. Servers cannot write to the SQLite file during the move. An interrupted move continues when
    /// the command is run again.
    Move {
        /// The new, empty database: `postgres://user:password@host/database` (PGPASSWORD can hold the password)
        #[arg(long, value_name = "URL", required_unless_present = "reopen")]
        to: Option<String>,
        /// Reopen the SQLite file that a move closed. The file lacks everything written to the new database since:
        /// new accounts are missing, revoked sessions are valid again, and users whose session was refreshed are
        /// signed out. Stop the servers on the new database first
        #[arg(long, conflicts_with = "to")]
        reopen: bool,
    },
    /// List, add, rotate and remove signing keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Decode or verify tokens
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Check the configuration and print it without secrets
    CheckConfig,
    /// Check the configuration, keys, files, database and clock, and report problems
    ///
    /// The command only reads. The exit code is 1 if there are problems.
    Doctor {
        /// Also check the server that runs at this URL
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Timeout for each answer of a running server
        #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = humantime::parse_duration)]
        timeout: Duration,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// The account to create. Missing values are prompted for.
#[derive(Debug, Args)]
pub struct NewAccount {
    /// Username
    #[arg(long)]
    pub username: Option<String>,
    /// E-mail address; may be empty
    #[arg(long)]
    pub email: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// The reason the command failed, as a sentence for the operator.
    pub async fn run(self) -> Result<(), Failure> {
        let config = self.config;
        match self.command.unwrap_or(Command::Serve { new_key: false }) {
            Command::Serve { new_key } => {
                let lost_key = if new_key { LostKey::Replace } else { LostKey::Refuse };
                commands::serve::run(config, lost_key).await
            }
            Command::Migrate => commands::migrate::run(config).await,
            Command::Createsuperuser(account) => {
                commands::createuser::run(config, account, Role::Superuser, true).await
            }
            Command::Createuser { account, inactive, staff } => {
                let role = if staff { Role::Staff } else { Role::User };
                commands::createuser::run(config, account, role, !inactive).await
            }
            Command::Changepassword { user, username, password_stdin } => {
                let username = user.or(username).unwrap_or_default();
                commands::changepassword::run(config, &username, password_stdin).await
            }
            Command::Revoke { user, all: _, before } => commands::revoke::run(config, user.as_deref(), before).await,
            Command::Flushexpiredtokens => commands::flushexpiredtokens::run(config).await,
            Command::ImportDjango { source, user_table, username_column, dry_run } => {
                let users = UserTable { name: user_table, username: username_column };
                let mode = if dry_run { ImportMode::Rehearse } else { ImportMode::Commit };
                commands::import_django::run(config, &source, users, mode).await
            }
            Command::Move { to: Some(to), .. } => commands::move_to::run(config, &to).await,
            Command::Move { to: None, .. } => commands::move_to::reopen(config).await,
            Command::Keys { command } => commands::keys::run(config, command).await,
            Command::Token { command } => commands::token::run(config, command),
            Command::CheckConfig => commands::check_config::run(config),
            Command::Doctor { url, timeout, json } => commands::doctor::run(config, url, timeout, json).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
