//! `createsuperuser` and `createuser`: creates accounts by the rules of the registration page.

use std::path::PathBuf;

use hallpass_core::{Account, user::Role};

use super::{Failure, open_configured, prompt};
use crate::{cli::NewAccount, output};

/// Creates an account of this role.
pub(crate) async fn run(
    config: Option<PathBuf>,
    account: NewAccount,
    role: Role,
    is_active: bool,
) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let username = prompt::given_or_asked(account.username, "Username", "--username")?;
    let email = match account.email {
        None if account.password_stdin => String::new(),
        given => prompt::given_or_asked(given, "Email address", "--email")?,
    };
    let password = prompt::password(account.password_stdin)?;
    auth.create_user(Account { username, email, password, role, is_active }).await?;
    output::line(if role == Role::Superuser {
        "Superuser created successfully."
    } else {
        "User created successfully."
    });
    Ok(())
}
