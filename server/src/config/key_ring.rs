//! The ring's file: our keys, with their times, beside the database and never in it. Only its owner can
//! read it; it is replaced as a whole, so that nobody reads half of it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use app::{
    auth::{
        clock::Timestamp,
        keys::{self, KeyFault, KeyRing, Naming, RingKey},
    },
    store::DatabaseUrl,
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use super::{ConfigError, key_file, time};

const HEADING: &str = "\
# The keys of Hallpass, the oldest first. Written by `hallpass keys`, and noticed by a running server.
# Whoever reads this file can sign in as anybody. Keep it, and a copy of it, where only you can.

";

/// Where the ring is kept.
#[derive(Clone, Debug)]
pub struct RingFile {
    path: PathBuf,
    /// The single key of a server that has no ring.
    single: PathBuf,
}

/// The file, as TOML has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    key: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    id: String,
    algorithm: String,
    /// Other issuers have it too, and call it anything or nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signs_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifies_until: Option<String>,
    secret: String,
}

impl RingFile {
    /// `hallpass.db` has its ring in `hallpass.keys`.
    pub(super) fn beside(database: &DatabaseUrl) -> Self {
        let single = key_file::beside(database);
        Self { path: single.with_extension("keys"), single }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the key of a server that has no ring.
    pub fn single(&self) -> &Path {
        &self.single
    }

    /// The ring, if there is one.
    ///
    /// # Errors
    /// When others can read the file, or it is not understood.
    pub fn read(&self) -> Result<Option<KeyRing>, ConfigError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.refused(format!("cannot be read: {error}"))),
        };
        key_file::check_permissions(&self.path).map_err(|problem| self.refused(problem))?;
        // What the parser says of a mistake shows the line, which may be a secret.
        let stored: Stored = toml::from_str(&text).map_err(|error| {
            let line = super::line_of(&text, &error);
            self.refused(format!("is not understood: {} near line {line}", error.message()))
        })?;
        let read = |stored: &StoredKey| {
            stored.read().map_err(|problem| self.refused(format!("has a bad key {}: {problem}", stored.id)))
        };
        let keys = stored.key.iter().map(read).collect::<Result<_, _>>()?;
        KeyRing::new(keys).map(Some).map_err(|fault| self.refused(fault.to_string()))
    }

    /// Replaces the ring, durably, and forgets the single key file if its key is in the ring.
    ///
    /// # Errors
    /// When the folder cannot be written to; the ring is as it was.
    pub fn write(&self, ring: &KeyRing) -> Result<(), ConfigError> {
        let stored = Stored { key: ring.keys().iter().map(StoredKey::of).collect() };
        let toml =
            toml::to_string_pretty(&stored).map_err(|error| self.refused(format!("cannot be written: {error}")))?;
        self.replace(&format!("{HEADING}{toml}"))
            .map_err(|error| self.refused(format!("cannot be written: {error}")))?;
        self.forget_single_key(ring).map_err(|error| {
            let single = self.single.display();
            self.refused(format!("was written; {single} can be deleted now, and could not be: {error}"))
        })
    }

    /// Keeps other commands from changing the ring until the answer is dropped.
    ///
    /// # Errors
    /// When the lock's file cannot be made.
    pub fn lock(&self) -> Result<File, ConfigError> {
        let path = self.path.with_extension("keys.lock");
        let locked =
            key_file::private().truncate(false).create(true).open(path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| self.refused(format!("cannot be locked: {error}")))
    }

    /// What tells whether the file was changed; `None` when there is none.
    pub fn version(&self) -> Option<impl PartialEq + Clone + Send + use<>> {
        let metadata = fs::metadata(&self.path).ok()?;
        // Unlike the time of the last writing, this one also tells of another file and other permissions.
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let changed = ();
        Some((metadata.modified().ok(), metadata.len(), changed))
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let new = self.path.with_extension("keys.new");
        // What a command left that was cut off here.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = key_file::private().create_new(true).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)
    }

    fn forget_single_key(&self, ring: &KeyRing) -> io::Result<()> {
        let text = match fs::read_to_string(&self.single) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            text => text?,
        };
        let text = plain_lines(&text);
        let is_in_ring = ring.keys().iter().any(|key| StoredKey::of(key).secret == text);
        if is_in_ring { fs::remove_file(&self.single) } else { Ok(()) }
    }

    fn refused(&self, problem: String) -> ConfigError {
        ConfigError::KeyRing { path: self.path.clone(), problem }
    }
}

impl StoredKey {
    fn of(key: &RingKey) -> Self {
        let time = |at: Option<Timestamp>| at.map(time::format);
        Self {
            id: key.id.clone(),
            algorithm: keys::name(key.algorithm()).to_owned(),
            shared: key.naming == Naming::Any,
            created_at: time(key.created_at),
            signs_from: time(key.signs_from),
            verifies_until: time(key.verifies_until),
            secret: plain_lines(&String::from_utf8_lossy(key.material.expose_secret())),
        }
    }

    fn read(&self) -> Result<RingKey, String> {
        let algorithm = keys::find(&self.algorithm).ok_or_else(|| format!("{} is no algorithm", self.algorithm))?;
        let secret: SecretSlice<u8> = self.secret.trim().as_bytes().to_vec().into();
        let read = if self.shared {
            RingKey::first(algorithm, &secret, None)
        } else {
            RingKey::named(&self.id, algorithm, &secret)
        };
        let mut key = read.map_err(|fault| match fault {
            KeyFault::Signing(problem) | KeyFault::Verifying(problem) => format!("it {problem}"),
        })?;
        let moment = |text: &Option<String>| text.as_deref().map(time::parse).transpose();
        key.created_at = moment(&self.created_at)?;
        key.signs_from = moment(&self.signs_from)?;
        key.verifies_until = moment(&self.verifies_until)?;
        Ok(key)
    }
}

/// PEM as people can read it in TOML, however the lines of its own file ended.
fn plain_lines(secret: &str) -> String {
    secret.trim().replace("\r\n", "\n")
}

/// A rename is durable when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
