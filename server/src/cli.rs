//! The command line, with the names and manners of Django's `manage.py`.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::{ArgGroup, Args, Parser, Subcommand};
use hallpass_core::import::ImportMode;
use hallpass_store::UserTable;

use crate::commands::{self, Failure, LostKey, keys::KeysCommand, token::TokenCommand};

/// Hallpass: sign people in, keep them signed in, and end it at once.
///
/// Settings come from hallpass.toml in this folder and from the environment: the setting
/// `access_token_lifetime` is `HALLPASS_ACCESS_TOKEN_LIFETIME` there. The environment wins.
#[derive(Debug, Parser)]
#[command(name = "hallpass", version, max_term_width = 100)]
pub struct Cli {
    /// Read the settings from this file instead of hallpass.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the application and the REST API (the default)
    Serve {
        /// Make a new signing key when its file is lost; everybody signs in again
        #[arg(long)]
        new_key: bool,
    },
    /// Bring the database's tables up to date
    Migrate,
    /// Make a user who may do everything
    Createsuperuser(NewAccount),
    /// Make a user
    Createuser {
        #[command(flatten)]
        account: NewAccount,
        /// The user may not sign in yet
        #[arg(long)]
        inactive: bool,
        /// The user may enter the administration
        #[arg(long)]
        staff: bool,
    },
    /// Set a user's password and end all of the user's sessions
    Changepassword {
        /// Whose
        #[arg(value_name = "USERNAME", required_unless_present = "username")]
        user: Option<String>,
        /// Whose, as an option
        #[arg(long, conflicts_with = "user")]
        username: Option<String>,
        /// Read the password from standard input, one line
        #[arg(long)]
        password_stdin: bool,
    },
    /// End sessions with their tokens, at once: of one user or of all, begun before a moment
    #[command(group(ArgGroup::new("whose").required(true).args(["user", "all"])))]
    Revoke {
        /// The sessions of this user
        #[arg(long, value_name = "USERNAME")]
        user: Option<String>,
        /// The sessions of everybody, as after a backup was restored
        #[arg(long)]
        all: bool,
        /// Only those begun before this moment, UTC, like 2026-11-24T14:02:00Z; now, when not given
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339_weak)]
        before: Option<SystemTime>,
    },
    /// Delete expired tokens, and security events that are older than they are kept
    Flushexpiredtokens,
    /// Bring users and refresh tokens out of a Django project's database, which is only read
    ImportDjango {
        /// The project's SQLite file, or `postgres://user@host/name` (the password may be in PGPASSWORD)
        #[arg(value_name = "DATABASE")]
        source: String,
        /// The table of the users, when it is not the one that Simple JWT's tables name, nor `auth_user`
        #[arg(long, value_name = "NAME")]
        user_table: Option<String>,
        /// The column with the name that people sign in with: username or, without one, email
        #[arg(long, value_name = "NAME")]
        username_column: Option<String>,
        /// Say what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Carry everything from the SQLite file over to a PostgreSQL server, so that several servers can share it
    ///
    /// Nobody is signed out. Servers on the file cannot write while it runs. What was interrupted goes on when it
    /// is run again.
    Move {
        /// Where to: `postgres://user:password@host/database`, a new and empty one (the password may be in
        /// PGPASSWORD)
        #[arg(long, value_name = "URL", required_unless_present = "reopen")]
        to: Option<String>,
        /// Open the file again that a move has closed. What has happened in the new database since then is not in the
        /// file: accounts are missing, revoked sessions are valid again, and people whose session was refreshed there
        /// are signed out. Stop the servers on the new database first
        #[arg(long, conflicts_with = "to")]
        reopen: bool,
    },
    /// The keys that tokens are signed with: list, make, rotate, take away
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Take tokens apart, or verify them
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Check the settings and show them, without secrets
    CheckConfig,
    /// Look at everything that the server stands on, and say what is well, what is doubtful and what to mend
    ///
    /// Nothing is made or changed. The exit code is 1 when something must be mended.
    Doctor {
        /// Look at the running server there, too
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Timeout for each answer of a running server
        #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = humantime::parse_duration)]
        timeout: Duration,
        /// One JSON object instead of lines for people
        #[arg(long)]
        json: bool,
    },
}

/// Who an account is for. What is not given is asked for.
#[derive(Debug, Args)]
pub struct NewAccount {
    /// The name to sign in with
    #[arg(long)]
    pub username: Option<String>,
    /// An address for people to write to; may be empty
    #[arg(long)]
    pub email: Option<String>,
    /// Read the password from standard input, one line
    #[arg(long)]
    pub password_stdin: bool,
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// One sentence for the operator.
    pub async fn run(self) -> Result<(), Failure> {
        let config = self.config;
        match self.command.unwrap_or(Command::Serve { new_key: false }) {
            Command::Serve { new_key } => {
                let lost_key = if new_key { LostKey::Replace } else { LostKey::Refuse };
                commands::serve::run(config, lost_key).await
            }
            Command::Migrate => commands::migrate::run(config).await,
            Command::Createsuperuser(account) => commands::createuser::superuser(config, account).await,
            Command::Createuser { account, inactive, staff } => {
                commands::createuser::user(config, account, !inactive, staff).await
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
