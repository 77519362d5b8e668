//! Whose files are: a file that is created or replaced belongs to the user that the service runs as, also when root
//! runs the command.

use std::{fs, io, path::Path};

/// The user and the group that a file belongs to.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    user: u32,
    group: u32,
}

#[cfg(unix)]
impl Owner {
    /// The owner of a file; `None` if it does not exist.
    pub(super) fn of(path: &Path) -> io::Result<Option<Self>> {
        use std::os::unix::fs::MetadataExt;
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self { user: metadata.uid(), group: metadata.gid() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The owner that a new file should get: root creates files for the owner of the first of `references` that
    /// exists, or else of the folder. Others can create files for themselves alone (`None`).
    pub(super) fn for_new(path: &Path, references: &[&Path]) -> io::Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        for reference in references {
            if let Some(owner) = Self::of(reference)? {
                return Ok(Some(owner));
            }
        }
        Self::of(folder(path))
    }

    /// Gives the file to this owner.
    pub(super) fn give(self, file: &fs::File) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let metadata = file.metadata()?;
        if (metadata.uid(), metadata.gid()) == (self.user, self.group) {
            return Ok(());
        }
        std::os::unix::fs::fchown(file, Some(self.user), Some(self.group))
    }

    /// Whether this process can write a file that belongs to this owner again.
    ///
    /// # Errors
    /// The user to run the command as.
    pub(super) fn check_writable(self, path: &Path) -> Result<(), String> {
        let own = rustix::process::geteuid();
        if own.is_root() || own.as_raw() == self.user {
            return Ok(());
        }
        let (user, own, sudo) = (user_name(self.user), user_name(own.as_raw()), sudo_name(self.user));
        Err(format!(
            "was not changed: {} belongs to {user} and this command runs as {own}, so the server could not read what it \
             writes; run it as that user: sudo -u {sudo} hallpass keys …",
            path.display()
        ))
    }
}

/// Elsewhere a file belongs to whoever creates it.
#[cfg(not(unix))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner;

#[cfg(not(unix))]
impl Owner {
    pub(super) fn of(_path: &Path) -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn for_new(_path: &Path, _references: &[&Path]) -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn give(self, _file: &fs::File) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn check_writable(self, _path: &Path) -> Result<(), String> {
        Ok(())
    }
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Why a file cannot be read or written, with the users that a refused permission is about.
pub(super) fn explain(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::PermissionDenied => format!("{error}{}", explain_permission(path)),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn explain_permission(path: &Path) -> String {
    let own = rustix::process::geteuid().as_raw();
    match Owner::of(path) {
        Ok(Some(owner)) if owner.user != own => {
            let (user, own) = (user_name(owner.user), user_name(own));
            format!(
                "; it belongs to {user} and this process runs as {own}: run it as {user}, or chown {own} {}",
                path.display()
            )
        }
        _ => String::new(),
    }
}

#[cfg(not(unix))]
fn explain_permission(_path: &Path) -> String {
    String::new()
}

/// Whether only this process's user can use the file as these permissions say.
///
/// The group may have access where Kubernetes gives a volume to it (`fsGroup`): the group is one of this process's,
/// and the file belongs to root while this process does not, or its folder gives the group to every file in it
/// (setgid).
///
/// # Errors
/// Who else can, and the command that closes it.
#[cfg(unix)]
pub fn check_private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mode = metadata.permissions().mode() & 0o777;
    let is_of_root = || metadata.uid() == 0 && !is_root();
    let is_for_group = mode & 0o007 == 0
        && is_own_group(metadata.gid())
        && (is_of_root() || gives_group(folder(path), metadata.gid()));
    if mode & 0o077 == 0 || is_for_group {
        return Ok(());
    }
    let advice = match std::env::var_os("KUBERNETES_SERVICE_HOST") {
        Some(_) => " (a mounted secret needs defaultMode 0400, or 0440 and fsGroup)",
        None => "",
    };
    Err(format!("can be read by others (mode {mode:o}); run: chmod 600 {}{advice}", path.display()))
}

/// Whether new files in the folder get this group.
#[cfg(unix)]
fn gives_group(folder: &Path, group: u32) -> bool {
    use std::os::unix::fs::MetadataExt;
    const SETGID: u32 = 0o2000;
    fs::metadata(folder).is_ok_and(|folder| folder.mode() & SETGID != 0 && folder.gid() == group)
}

#[cfg(not(unix))]
pub fn check_private(_path: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(unix)]
fn is_own_group(group: u32) -> bool {
    let groups = rustix::process::getgroups().unwrap_or_default();
    rustix::process::getegid().as_raw() == group || groups.iter().any(|own| own.as_raw() == group)
}

/// A user's name; the number where `/etc/passwd` has none.
#[cfg(unix)]
fn user_name(id: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| id.to_string())
}

/// A user as `sudo -u` takes it: the number of one without a name is marked.
#[cfg(unix)]
fn sudo_name(id: u32) -> String {
    let name = user_name(id);
    if name == id.to_string() { format!("'#{id}'") } else { name }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::check_private;

    #[test]
    fn a_key_file_is_for_its_owner_or_for_the_group_of_a_mounted_volume() {
        let volume = tempfile::tempdir().expect("a folder");
        let file = volume.path().join("hallpass.key");
        fs::write(&file, "key").expect("a file");
        let set = |path: &std::path::Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("mode");
        // Kubernetes marks the folders of a volume that it gives to fsGroup.
        for (folder, file_mode, is_private) in [
            (0o700, 0o600, true),
            (0o700, 0o400, true),
            (0o700, 0o440, false),
            (0o700, 0o640, false),
            (0o2770, 0o440, true),
            (0o2770, 0o660, true),
            (0o2770, 0o444, false),
            (0o2770, 0o664, false),
            (0o2770, 0o666, false),
        ] {
            set(volume.path(), folder);
            set(&file, file_mode);
            assert_eq!(check_private(&file).is_ok(), is_private, "{file_mode:o} in {folder:o}");
        }
    }
}
