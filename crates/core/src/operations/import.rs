//! `import`: users and refresh tokens of another database, in batches of one transaction each.

use hallpass_types::EndReason;
use secrecy::ExposeSecret;

use super::pace;
use crate::{
    Auth,
    clock::Timestamp,
    import::{
        Change, ForeignToken, ForeignUser, Import, ImportError, ImportMode, ImportReport, Outcome, Page, Reason,
        Source, Tally, TokenFit,
    },
    password::Usability,
    session::Origin,
    token::TokenError,
};

/// The number of rows per transaction, so that a server on the same database does not wait for long.
const BATCH: u16 = 100;

/// Less than every row id.
const START: i64 = i64::MIN;

impl Auth {
    /// Imports everything, or rehearses it. It can be repeated: known rows are updated, and what was changed here
    /// stays.
    ///
    /// # Errors
    /// When either database fails.
    pub async fn import(&self, source: &mut dyn Source, mode: ImportMode) -> Result<ImportReport, ImportError> {
        let ending = self.ending(EndReason::UserDeactivated, &Origin::default());
        let import = Import { mode, user_id_field: self.settings.user_id_field, ending };
        let fit = self.token_fit(source, import.ending.now).await?;
        // Before any user: from now on, tokens of users who are not imported open no account.
        self.store.begin_import(import.clone()).await?;
        let users = self.import_users(source, &import).await?;
        if let Some(highest) = source.highest_user_id().await? {
            self.store.reserve_user_ids(highest, mode).await?;
        }
        let (tokens, blacklisted) = self.import_tokens(source, &import).await?;
        Ok(ImportReport { users, tokens, blacklisted, fit })
    }

    async fn token_fit(&self, source: &mut dyn Source, now: Timestamp) -> Result<TokenFit, ImportError> {
        let Some(token) = source.newest_token().await? else {
            return Ok(TokenFit::NoToken);
        };
        Ok(match self.tokens.verify(token.expose_secret(), None, now) {
            Err(error @ (TokenError::Invalid | TokenError::MissingId | TokenError::MissingExpiry)) => {
                TokenFit::Refused(error)
            }
            // The signature is checked before these.
            Ok(_)
            | Err(
                TokenError::Expired
                | TokenError::MissingType
                | TokenError::WrongType
                | TokenError::PastEnd(_)
                | TokenError::MissingEnd(_),
            ) => TokenFit::Good,
        })
    }

    async fn import_users(&self, source: &mut dyn Source, import: &Import) -> Result<Tally, ImportError> {
        let (mut tally, mut after) = (Tally::default(), START);
        loop {
            let page = source.users(after, BATCH).await?;
            let users: Vec<_> = readable(page.rows, &mut tally).into_iter().map(storable).collect();
            let outcomes = pace::batch(self.store.import_users(users.clone(), import.clone())).await?;
            for (user, outcome) in users.iter().zip(outcomes) {
                let name = format!("{} ({})", printable(&user.username), user.id);
                tally.count(&name, &outcome);
                if let Some(reason) = password_reason(user, &outcome) {
                    tally.note(&name, reason);
                }
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(tally),
            }
        }
    }

    async fn import_tokens(&self, source: &mut dyn Source, import: &Import) -> Result<(Tally, u64), ImportError> {
        let (mut tally, mut blacklisted, mut after) = (Tally::default(), 0, START);
        loop {
            let Page { rows, next } = source.tokens(after, BATCH).await?;
            let (tokens, expired): (Vec<ForeignToken>, Vec<_>) = readable(rows, &mut tally)
                .into_iter()
                .partition(|token| token.expires_at + import.ending.leeway > import.ending.now);
            for token in expired {
                tally.count(&printable(token.jti.as_str()), &Outcome::skipped(Reason::Expired));
            }
            let outcomes = pace::batch(self.store.import_tokens(tokens.clone(), import.clone())).await?;
            for (token, outcome) in tokens.iter().zip(outcomes) {
                blacklisted += u64::from(token.blacklisted_at.is_some());
                tally.count(&printable(token.jti.as_str()), &outcome);
            }
            match next {
                Some(next) => after = next,
                None => return Ok((tally, blacklisted)),
            }
        }
    }
}

/// The readable rows. The others are counted.
fn readable<T>(rows: Vec<Result<T, String>>, tally: &mut Tally) -> Vec<T> {
    let read = rows
        .into_iter()
        .map(|row| row.map_err(|problem| tally.count(&problem, &Outcome::skipped(Reason::Unreadable))).ok());
    read.flatten().collect()
}

/// Replaces a hash with a U+0000, which PostgreSQL does not store and no password matches.
fn storable(mut user: ForeignUser) -> ForeignUser {
    if user.password.expose_secret().contains('\0') {
        user.password = format!("damaged${}", user.password.expose_secret().replace('\0', "")).into();
    }
    user
}

/// Text of the other database without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// The remark about a new user's password.
fn password_reason(user: &ForeignUser, outcome: &Outcome) -> Option<Reason> {
    match (outcome.change, Usability::of(&user.password)) {
        (Change::Added, Usability::NoPassword) => Some(Reason::NoPassword),
        (Change::Added, Usability::Unknown) => Some(Reason::UnknownHash),
        (Change::Added, Usability::Checkable) | (Change::Updated | Change::Unchanged | Change::Skipped, _) => None,
    }
}
