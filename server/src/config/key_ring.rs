//! The key ring's file: the signing keys and their times, beside the database and never in it. Only its owner can read
//! it. It is replaced atomically.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use hallpass_core::{
    clock::Timestamp,
    keys::{self, KeyError, KeyRing, KidMatch, RingKey},
};
use hallpass_store::{DatabaseUrl, files::Owner};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use super::{ConfigError, owner, secret_file, source::trimmed, time};

const HEADING: &str = "\
# Signing keys of Hallpass, oldest first. Written by `hallpass keys`; a running server reloads it.
# Anyone who can read this file can sign in as any user. Keep it and its backups private.

";

/// The location of the key ring.
#[derive(Clone, Debug)]
pub(crate) struct RingFile {
    path: PathBuf,
    /// The key file of a server without a ring.
    pub(super) single: PathBuf,
    /// The database file. For PostgreSQL, the file that the database would be by default.
    pub(super) database: PathBuf,
}

/// File metadata that differs after every change of the ring's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RingVersion {
    modified: Option<SystemTime>,
    bytes: u64,
    /// The inode and the time of the last change of content or permissions, in seconds and nanoseconds.
    changed: (u64, i64, i64),
}

/// The file's TOML structure.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    key: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredKey {
    id: String,
    algorithm: String,
    /// Other issuers share the key; its `kid` may be anything or missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signs_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifies_until: Option<String>,
    pub(super) secret: String,
}

impl RingFile {
    /// The ring of a database: `hallpass.keys` for `hallpass.db` and for PostgreSQL.
    pub(super) fn beside(database: &DatabaseUrl) -> Self {
        let database = database.file().unwrap_or(Path::new("hallpass.db")).to_owned();
        Self { path: database.with_extension("keys"), single: database.with_extension("key"), database }
    }

    /// The path of the ring's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the key file of a server without a ring.
    pub(crate) fn single(&self) -> &Path {
        &self.single
    }

    /// Reads the ring, if the file exists.
    pub(crate) fn read(&self) -> Result<Option<KeyRing>, ConfigError> {
        let text = secret_file::read(&self.path).map_err(|problem| self.refused(problem))?;
        text.map(|text| self.parse(&text)).transpose()
    }

    fn parse(&self, text: &str) -> Result<KeyRing, ConfigError> {
        // The parser's message shows the line, which may contain a secret.
        let stored: Stored = toml::from_str(text).map_err(|error| {
            let line = super::line_of(text, &error);
            self.refused(format!("is invalid: {} near line {line}", error.message()))
        })?;
        let read = |stored: &StoredKey| {
            stored.read().map_err(|problem| self.refused(format!("has a bad key {}: {problem}", stored.id)))
        };
        let keys = stored.key.iter().map(read).collect::<Result<_, _>>()?;
        KeyRing::new(keys).map_err(|fault| self.refused(fault.to_string()))
    }

    /// Replaces the ring durably, and removes the single key's file if the ring contains that key. The file keeps its
    /// owner, group and permissions. Nothing is written if a key would change when it is read back.
    pub(crate) fn write(&self, ring: &KeyRing) -> Result<(), ConfigError> {
        let keys: Result<_, _> = ring.keys().iter().map(StoredKey::of).collect();
        let stored = Stored { key: keys.map_err(|problem| self.refused(problem))? };
        let failed = |problem: String| self.refused(format!("cannot be written: {problem}"));
        let toml = toml::to_string_pretty(&stored).map_err(|error| failed(error.to_string()))?;
        let text = format!("{HEADING}{toml}");
        if !is_same(ring, &self.parse(&text)?) {
            return Err(failed("a key in it would change".to_owned()));
        }
        secret_file::replace(&self.path, &self.references(), text.as_bytes())
            .map_err(|error| failed(owner::explain(&self.path, &error)))?;
        self.remove_kept_single(ring).map_err(|error| {
            let single = self.single.display();
            self.refused(format!("was written, but {single}, which is no longer needed, could not be deleted: {error}"))
        })
    }

    /// Locks the ring against changes by other commands until the returned file is dropped.
    pub(crate) fn lock(&self) -> Result<File, ConfigError> {
        for path in [&self.path, &self.single] {
            if let Ok(Some(owner)) = Owner::of(path) {
                owner::check_writable(owner, path).map_err(|problem| self.refused(problem))?;
            }
        }
        let path = self.path.with_extension("keys.lock");
        let locked = secret_file::open_lock(&path, &self.references()).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| self.refused(format!("cannot be locked: {}", owner::explain(&path, &error))))
    }

    /// The files whose owner new files get.
    fn references(&self) -> [&Path; 3] {
        [&self.path, &self.single, &self.database]
    }

    /// The file's metadata for change detection. `None` if the file does not exist or is not accessible.
    pub(crate) fn version(&self) -> Option<RingVersion> {
        let metadata = fs::metadata(&self.path).ok()?;
        // Unlike the modification time, the change time also changes with permissions and replaced files.
        let changed = (metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        Some(RingVersion { modified: metadata.modified().ok(), bytes: metadata.len(), changed })
    }

    pub(super) fn refused(&self, problem: String) -> ConfigError {
        ConfigError::Value { place: format!("the key ring {}", self.path.display()), problem }
    }
}

impl StoredKey {
    /// Secrets are stored byte by byte; PEM with plain line breaks.
    pub(super) fn of(key: &RingKey) -> Result<Self, String> {
        let time = |at: Option<Timestamp>| at.map(time::format);
        let text = std::str::from_utf8(key.material.expose_secret())
            .map_err(|_| format!("cannot hold the key {}: it is not UTF-8 text", key.id))?;
        let secret = if keys::is_symmetric(key.algorithm()) { text.to_owned() } else { plain_lines(text) };
        Ok(Self {
            id: key.id.clone(),
            algorithm: keys::name(key.algorithm()).to_owned(),
            shared: key.kid_match == KidMatch::Any,
            created_at: time(key.created_at),
            signs_from: time(key.signs_from),
            verifies_until: time(key.verifies_until),
            secret,
        })
    }

    fn read(&self) -> Result<RingKey, String> {
        let algorithm = keys::find(&self.algorithm).ok_or_else(|| format!("{} is not an algorithm", self.algorithm))?;
        let secret: SecretSlice<u8> = trimmed(&self.secret).as_bytes().to_vec().into();
        let read = if self.shared {
            RingKey::first(algorithm, &secret, None)
        } else {
            RingKey::named(&self.id, algorithm, &secret)
        };
        let mut key = read.map_err(|fault| match fault {
            KeyError::Signing(problem) | KeyError::Verifying(problem) => format!("it {problem}"),
        })?;
        let parse = |text: &Option<String>| text.as_deref().map(time::parse).transpose();
        key.created_at = parse(&self.created_at)?;
        key.signs_from = parse(&self.signs_from)?;
        key.verifies_until = parse(&self.verifies_until)?;
        Ok(key)
    }
}

/// PEM with `\n` as line breaks, so that it is readable in TOML.
pub(super) fn plain_lines(secret: &str) -> String {
    trimmed(secret).replace("\r\n", "\n")
}

/// Whether both rings have the same keys in the same order.
fn is_same(ring: &KeyRing, other: &KeyRing) -> bool {
    let pairs = ring.keys().iter().zip(other.keys());
    ring.keys().len() == other.keys().len() && pairs.into_iter().all(|(key, other)| key.is_the_same_as(other))
}

#[cfg(test)]
mod tests;
