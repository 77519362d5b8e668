//! Checks of the database: whether it opens, its own checks, and free disk space.

use std::path::Path;

use hallpass_core::{
    clock::Timestamp,
    store::{Finding, Health},
};
use hallpass_store::{Inspection, Schema, files};

use crate::config::Config;

/// Below this much free space the server is about to stop writing; below the next, it soon may.
const MIN_BYTES: u64 = 64 << 20;
const FEW_BYTES: u64 = 1 << 30;

/// Checks the database without changing it. Also returns its newest timestamp, for the clock.
pub(super) async fn examine(config: &Config) -> (Vec<Finding>, Option<Timestamp>) {
    let (mut findings, newest) = match hallpass_store::inspect(&config.database_url).await {
        Ok(inspection) => {
            let state = state(&inspection, config);
            (std::iter::once(state).chain(inspection.findings).collect(), inspection.newest)
        }
        Err(error) => (vec![Finding::bad("database", format!("{error}."), error.advice())], None),
    };
    findings.extend(config.database_url.file().and_then(free_space));
    (findings, newest)
}

fn state(inspection: &Inspection, config: &Config) -> Finding {
    let shown = &config.database_url;
    let (sentence, advice) = match inspection.schema {
        Schema::Current => return Finding::good("database", format!("{shown} opens and answers.")),
        Schema::Missing => {
            let file = config.database_url.file().unwrap_or(Path::new(""));
            let advice = "The first start creates it, as does: hallpass migrate";
            (format!("{} does not exist yet.", file.display()), advice)
        }
        Schema::Outdated { due } => {
            let advice = "Back it up. The next start applies them, as does: hallpass migrate";
            (format!("{shown} opens and answers. Pending migrations: {due}."), advice)
        }
        // `inspect` returns an error for a schema that cannot be used.
        Schema::Empty
        | Schema::Newer { .. }
        | Schema::Different { .. }
        | Schema::HalfApplied { .. }
        | Schema::Foreign => {
            let advice = "The first start creates them, as does: hallpass migrate";
            (format!("{shown} opens and answers. It has no tables yet."), advice)
        }
    };
    Finding::doubtful("database", sentence, advice)
}

fn free_space(database: &Path) -> Option<Finding> {
    let folder = files::folder(database);
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(judge_free_space(folder, disk.f_bavail.saturating_mul(disk.f_frsize)))
}

fn judge_free_space(folder: &Path, bytes: u64) -> Finding {
    let sentence = format!("{} MiB are free on the disk of {}.", bytes >> 20, folder.display());
    let health = match bytes {
        ..MIN_BYTES => Health::Bad,
        MIN_BYTES..FEW_BYTES => Health::Doubtful,
        _ => Health::Good,
    };
    let advice = match health {
        Health::Good => "",
        Health::Doubtful | Health::Bad => "Free disk space: on a full disk, nobody can sign in or refresh.",
    };
    Finding { subject: "disk", health, sentence, advice: advice.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hallpass_core::store::Health;

    use super::judge_free_space;

    #[test]
    fn low_disk_space_is_reported_before_the_disk_is_full() {
        let judge = |bytes| judge_free_space(Path::new("/var"), bytes).health;
        assert_eq!([judge(1 << 20), judge(200 << 20), judge(4 << 30)], [Health::Bad, Health::Doubtful, Health::Good]);
        assert_eq!(judge_free_space(Path::new("/var"), 5 << 30).sentence, "5120 MiB are free on the disk of /var.");
    }
}
