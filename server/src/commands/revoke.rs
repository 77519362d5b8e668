//! `revoke`: revokes sessions. A running server notices within a second.

use std::{path::PathBuf, time::SystemTime};

use hallpass_core::{Error, clock::Timestamp};

use super::{Failure, open_configured};
use crate::output;

/// Revokes the sessions of `user`, or of all users, that began before this time, by default now.
pub(crate) async fn run(
    config: Option<PathBuf>,
    user: Option<&str>,
    before: Option<SystemTime>,
) -> Result<(), Failure> {
    let auth = open_configured(config).await?;
    let before = before.map(Timestamp::from_system);
    let ended = auth.revoke_sessions_before(user, before).await.map_err(|error| match (error, user) {
        (Error::UserNotFound, Some(user)) => Failure::NoSuchUser(user.to_owned()),
        (error, _) => error.into(),
    })?;
    output::line(format_args!("{ended} sessions revoked."));
    Ok(())
}
