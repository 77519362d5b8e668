//! The database: whether it opens, what it says of itself, and whether it has room.

use std::path::Path;

use app::{
    auth::{
        clock::Timestamp,
        store::{Finding, Health, Store, StoreError},
    },
    store,
};

use crate::config::Config;

/// With less room than this the server is about to stop writing, and with less than that it soon may.
const MIN_BYTES: u64 = 64 << 20;
const FEW_BYTES: u64 = 1 << 30;

/// Looks at it. The newest moment that it knows of is for the clock.
pub(super) async fn examine(config: &Config) -> (Vec<Finding>, Option<Timestamp>) {
    let file = config.database_url.file();
    let (mut findings, newest) = match file {
        Some(path) if !path.exists() => {
            let sentence = format!("{} is not there yet.", path.display());
            (vec![Finding::doubtful("database", sentence, "The first start makes it; so does: hallpass migrate")], None)
        }
        Some(_) | None => look(config).await,
    };
    findings.extend(file.and_then(room));
    (findings, newest)
}

async fn look(config: &Config) -> (Vec<Finding>, Option<Timestamp>) {
    let shown = config.database_url.to_string();
    let store = match store::connect(&config.database_url).await {
        Ok(store) => store,
        Err(error) => {
            let sentence = format!("{error}.");
            let advice = "See that it is there, whole, and this user's to read and write.";
            return (vec![Finding::bad("database", sentence, advice)], None);
        }
    };
    match answers(store.as_ref()).await {
        Ok((mut findings, newest)) => {
            findings.insert(0, Finding::good("database", format!("{shown} opens and answers.")));
            (findings, newest)
        }
        Err(error) => {
            let advice = "Bring back the last good copy, or see what the database's own log says.";
            (vec![Finding::bad("database", format!("{error}."), advice)], None)
        }
    }
}

async fn answers(store: &dyn Store) -> Result<(Vec<Finding>, Option<Timestamp>), StoreError> {
    store.ping().await?;
    let examination = store.examine().await?;
    Ok((examination.findings, examination.newest))
}

#[cfg(unix)]
fn room(database: &Path) -> Option<Finding> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(judge_room(folder, disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_database: &Path) -> Option<Finding> {
    None
}

fn judge_room(folder: &Path, bytes: u64) -> Finding {
    let sentence = format!("{} MiB are free where {} is.", bytes >> 20, folder.display());
    let health = match bytes {
        ..MIN_BYTES => Health::Bad,
        MIN_BYTES..FEW_BYTES => Health::Doubtful,
        _ => Health::Good,
    };
    let advice = match health {
        Health::Good => "",
        Health::Doubtful | Health::Bad => "Make room: without any, nobody can sign in or stay so.",
    };
    Finding { subject: "disk", health, sentence, advice: advice.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use app::auth::store::Health;

    use super::judge_room;

    #[test]
    fn little_room_is_told_before_there_is_none() {
        let judge = |bytes| judge_room(Path::new("/var"), bytes).health;
        assert_eq!([judge(1 << 20), judge(200 << 20), judge(4 << 30)], [Health::Bad, Health::Doubtful, Health::Good]);
        assert_eq!(judge_room(Path::new("/var"), 5 << 30).sentence, "5120 MiB are free where /var is.");
    }
}
