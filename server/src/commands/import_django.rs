//! `import-django`: imports users and refresh tokens from a Django project's database. It can be repeated.

use std::path::PathBuf;

use hallpass_core::import::{Examples, ImportMode, ImportReport, Reason, Tally, TokenFit};
use hallpass_store::{DjangoDatabase, UserTable};

use super::{Failure, open_configured};
use crate::output;

/// Imports, or reports what an import would do.
pub(crate) async fn run(
    config: Option<PathBuf>,
    source: &str,
    users: UserTable,
    mode: ImportMode,
) -> Result<(), Failure> {
    let mut django = DjangoDatabase::open(source, users).await?;
    let auth = open_configured(config).await?;
    let and_tokens = if django.has_tokens() {
        " and refresh tokens from token_blacklist"
    } else {
        "; the project does not use token_blacklist, so no tokens"
    };
    output::line(format_args!("Reading users from {}{and_tokens}.", django.user_table()));
    let report = auth.import(&mut django, mode).await?;
    output::text(describe(&report));
    output::line(match mode {
        ImportMode::Commit => "Done.",
        ImportMode::Rehearse => "This was a dry run: nothing was changed.",
    });
    Ok(())
}

/// The report as text.
fn describe(report: &ImportReport) -> String {
    let ImportReport { users, tokens, blacklisted, fit } = report;
    let mut lines = vec![counts("Users", users), counts("Refresh tokens", tokens)];
    if *blacklisted > 0 {
        lines.push(format!("  {blacklisted} of the tokens: already blacklisted in the source"));
    }
    for (kind, tally) in [("users", users), ("tokens", tokens)] {
        lines.extend(tally.reasons.iter().map(|(reason, examples)| remark(kind, *reason, examples)));
    }
    match fit {
        TokenFit::Good => lines.push("Tokens that Django issued are accepted here: users stay signed in.".to_owned()),
        TokenFit::Refused(_) => lines.push(
            "Tokens that Django issued are NOT accepted here, so all users must sign in again. Set signing_key to \
             the SIGNING_KEY of SIMPLE_JWT, which is SECRET_KEY where it is not set, and algorithm, audience and \
             issuer as there."
                .to_owned(),
        ),
        TokenFit::NoToken => {}
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn counts(subject: &str, tally: &Tally) -> String {
    let Tally { added, updated, unchanged, skipped, .. } = tally;
    format!("{subject}: {added} imported, {updated} updated, {unchanged} unchanged, {skipped} skipped.")
}

fn remark(kind: &str, reason: Reason, Examples { count, names }: &Examples) -> String {
    let more = if u64::try_from(names.len()).is_ok_and(|named| named < *count) { ", …" } else { "" };
    format!("  {count} of the {kind}: {reason} — {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use hallpass_core::import::{Change, ImportReport, Outcome, Reason, Tally, TokenFit};

    #[test]
    fn the_report_lists_every_reason_with_its_count_and_examples() {
        let (mut users, tokens) = (Tally::default(), Tally::default());
        for name in ["ada (1)", "bob (2)", "eve (3)", "dan (4)"] {
            users.count(name, &Outcome::skipped(Reason::UsernameTaken));
        }
        users.count("joy (5)", &Outcome::of(Change::Added));
        let report = ImportReport { users, tokens, blacklisted: 0, fit: TokenFit::NoToken };
        assert_eq!(
            super::describe(&report),
            "Users: 1 imported, 0 updated, 0 unchanged, 4 skipped.\n\
             Refresh tokens: 0 imported, 0 updated, 0 unchanged, 0 skipped.\n  \
             4 of the users: skipped: another user here has the username — ada (1), bob (2), eve (3), …\n"
        );
    }
}
