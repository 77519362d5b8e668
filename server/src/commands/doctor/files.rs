//! Checks of files with secrets: who else can read or replace them.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use hallpass_core::store::Finding;

use crate::config::{Config, check_private};

/// Checks the database, the keys, the configuration and their folder.
pub(super) fn examine(config: &Config, file: &Path) -> Vec<Finding> {
    let database = config.database_url.file();
    let of_database = database.iter().flat_map(|path| {
        // SQLite's write-ahead log and shared memory are beside the file.
        ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display())))
    });
    let mut secret: Vec<_> = of_database.collect();
    let keys = [config.keys.file.path(), config.keys.file.single()];
    if holds_secrets(file) {
        secret.push(file.to_owned());
    }
    let folder = config.keys.file.path().parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).to_owned();
    let of_keys =
        keys.into_iter().flat_map(|path| fault_of_key(path).into_iter().chain(fault_of_owner(path, database)));
    let wrong: Vec<_> =
        secret.iter().filter_map(|path| fault_of(path)).chain(of_keys).chain(fault_of_folder(&folder)).collect();
    if wrong.is_empty() {
        return vec![Finding::good("permissions", "Files with secrets are not readable by others.")];
    }
    wrong
}

/// Whether the configuration file contains secrets.
fn holds_secrets(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let table = text.parse::<toml::Table>().unwrap_or_default();
    let has_password =
        |url: &toml::Value| url.as_str().is_some_and(|url| url.contains('@') || url.contains("password="));
    let clients = table.get("clients").and_then(toml::Value::as_table);
    table.contains_key("signing_key")
        || table.get("database_url").is_some_and(has_password)
        || clients.is_some_and(|clients| clients.values().any(|client| client.get("secret").is_some()))
}

/// A key file that would stop the start.
fn fault_of_key(path: &Path) -> Option<Finding> {
    let problem = path.exists().then(|| check_private(path))?.err()?;
    let advice = format!("Run: chmod 600 {}", path.display());
    Some(Finding::bad("permissions", format!("{} {problem}.", path.display()), advice))
}

/// Keys of another user than the database were written by the wrong user, and the server cannot read them.
fn fault_of_owner(path: &Path, database: Option<&Path>) -> Option<Finding> {
    let database = database?;
    let (key, owner) = (path.metadata().ok()?.uid(), database.metadata().ok()?.uid());
    let (path, database) = (path.display(), database.display());
    (key != owner).then(|| {
        let sentence = format!("{path} and {database} have different owners, so the server may be unable to read it.");
        Finding::bad("permissions", sentence, format!("Run: chown --reference={database} {path}"))
    })
}

fn fault_of(path: &Path) -> Option<Finding> {
    let mode = mode(path)?;
    let who = match mode & 0o066 {
        0 | 0o040 => return None,
        bits if bits & 0o020 != 0 || bits & 0o002 != 0 => "can be written by others",
        _ => "can be read by everyone",
    };
    let path = path.display();
    let sentence = format!("{path} {who} (mode {mode:o}).");
    Some(Finding::bad("permissions", sentence, format!("Run: chmod 600 {path}")))
}

/// Users that can write to a folder can replace the files in it.
fn fault_of_folder(path: &Path) -> Option<Finding> {
    let mode = mode(path)?;
    let is_open = mode & 0o002 != 0 && mode & 0o1000 == 0;
    let path = path.display();
    is_open.then(|| {
        let sentence = format!("Everyone can write to {path} (mode {mode:o}), which contains the keys.");
        Finding::bad("permissions", sentence, format!("Run: chmod o-w {path}"))
    })
}

fn mode(path: &Path) -> Option<u32> {
    Some(path.metadata().ok()?.permissions().mode() & 0o7777)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::{fault_of, fault_of_folder, holds_secrets};

    #[test]
    fn readable_files_and_writable_folders_are_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x");
        assert!(fault_of(&file).is_none(), "a missing file is not readable");
        fs::write(&file, "").expect("a file");
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        for (mode, is_wrong) in [(0o600, false), (0o640, false), (0o644, true), (0o660, true), (0o602, true)] {
            set(&file, mode);
            assert_eq!(fault_of(&file).is_some(), is_wrong, "{mode:o}");
        }
        for (mode, is_wrong) in [(0o700, false), (0o755, false), (0o1777, false), (0o777, true)] {
            set(folder.path(), mode);
            assert_eq!(fault_of_folder(folder.path()).is_some(), is_wrong, "{mode:o}");
        }
    }

    #[test]
    fn a_configuration_is_secret_if_it_contains_a_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hallpass.toml");
        assert!(!holds_secrets(&file));
        for (text, is_secret) in [
            ("leeway = 5\n[clients.gateway]\nsecret_hash = 'ab'", false),
            ("database_url = 'sqlite://x.db'", false),
            ("signing_key = 'x'", true),
            ("database_url = 'postgres://ada:x@db/pass'", true),
            ("[clients.gateway]\nsecret = 'x'", true),
        ] {
            fs::write(&file, text).expect("a file");
            assert_eq!(holds_secrets(&file), is_secret, "{text}");
        }
    }
}
