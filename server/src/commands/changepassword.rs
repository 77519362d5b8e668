//! `changepassword`: sets a user's password and revokes all of the user's sessions. A running server notices within a
//! second.

use std::path::PathBuf;

use hallpass_core::Error;

use super::{Failure, open_configured, prompt};
use crate::output;

/// Sets the password.
pub(crate) async fn run(config: Option<PathBuf>, username: &str, password_stdin: bool) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let password = prompt::password(password_stdin)?;
    let user = auth.set_password(username, password).await.map_err(|error| match error {
        Error::UserNotFound => Failure::NoSuchUser(username.to_owned()),
        error => error.into(),
    })?;
    output::line(format_args!(
        "Password changed successfully for user {:?}. All of the user's sessions were revoked.",
        user.username
    ));
    Ok(())
}
