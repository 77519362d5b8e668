//! The signing key that nobody set: made once, kept beside the database in a file that only its owner
//! can read. Never a default value.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use app::auth::clock::{Randomness, SystemRandomness};
use secrecy::SecretSlice;

use super::ConfigError;

/// 512 bits, as text: enough for every HMAC algorithm, and fit to be copied into another program's
/// settings.
const KEY_BYTES: usize = 64;

/// The key and, if it was made just now, its file.
pub(super) fn load_or_make(database_url: &str) -> Result<(SecretSlice<u8>, Option<PathBuf>), ConfigError> {
    let path = beside(database_url);
    let refused = |problem: String| ConfigError::KeyFile { path: path.clone(), problem };
    match make(&path) {
        Ok(key) => Ok((key, Some(path))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            check_permissions(&path).map_err(refused)?;
            let text = fs::read_to_string(&path).map_err(|error| refused(format!("cannot be read: {error}")))?;
            Ok((text.trim().as_bytes().to_vec().into(), None))
        }
        Err(error) => Err(refused(format!("cannot be made: {error}; set signing_key or HALLPASS_SIGNING_KEY instead"))),
    }
}

/// `hallpass.db` has its key in `hallpass.key`.
fn beside(database_url: &str) -> PathBuf {
    let path = database_url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    Path::new(path).with_extension("key")
}

fn make(path: &Path) -> io::Result<SecretSlice<u8>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut bytes = [0; KEY_BYTES];
    SystemRandomness.fill(&mut bytes);
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // A start that is cut off here must not leave a key that the next one finds empty.
    let written = file.write_all(key.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        fs::remove_file(path)?;
        return Err(error);
    }
    Ok(key.into_bytes().into())
}

#[cfg(unix)]
fn check_permissions(path: &Path) -> Result<(), String> {
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(format!("can be read by others (mode {:o}); run: chmod 600 {}", mode & 0o777, path.display()))
}

#[cfg(not(unix))]
fn check_permissions(_path: &Path) -> Result<(), String> {
    Ok(())
}
