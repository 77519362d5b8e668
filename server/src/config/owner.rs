//! Checks of the owners and permissions of files.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use hallpass_store::files::{Owner, folder};

/// Checks that this process can write a file of this owner without taking it from the owner.
///
/// # Errors
/// The user to run the command as.
pub(super) fn check_writable(owner: Owner, path: &Path) -> Result<(), String> {
    let own = rustix::process::geteuid();
    if own.is_root() || own.as_raw() == owner.user {
        return Ok(());
    }
    let (user, own, sudo) = (user_name(owner.user), user_name(own.as_raw()), sudo_name(owner.user));
    Err(format!(
        "was not changed: {} belongs to {user} and this command runs as {own}, so the server could not read what it \
         writes; run it as that user: sudo -u {sudo} hallpass keys …",
        path.display()
    ))
}

/// The reason a file cannot be read or written. For a permission error, it names the users.
pub(super) fn explain(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::PermissionDenied => format!("{error}{}", explain_permission(path)),
        _ => error.to_string(),
    }
}

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

/// Whether no other user can access the file.
///
/// Group access is accepted if it comes from a Kubernetes volume (`fsGroup`): the process is in the group, and either
/// the file belongs to root and the process does not run as root, or the folder has the setgid bit.
pub(crate) fn check_private(path: &Path) -> Result<(), String> {
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

/// Whether new files in the folder inherit this group.
fn gives_group(folder: &Path, group: u32) -> bool {
    const SETGID: u32 = 0o2000;
    fs::metadata(folder).is_ok_and(|folder| folder.mode() & SETGID != 0 && folder.gid() == group)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn is_own_group(group: u32) -> bool {
    let groups = rustix::process::getgroups().unwrap_or_default();
    rustix::process::getegid().as_raw() == group || groups.iter().any(|own| own.as_raw() == group)
}

/// The name of a user, or the id if `/etc/passwd` has no name.
fn user_name(id: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| id.to_string())
}

/// A user as an argument of `sudo -u`, which marks ids with `#`.
fn sudo_name(id: u32) -> String {
    let name = user_name(id);
    if name == id.to_string() { format!("'#{id}'") } else { name }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::check_private;

    #[test]
    fn a_key_file_is_private_to_its_owner_or_to_the_group_of_a_mounted_volume() {
        let volume = tempfile::tempdir().expect("a folder");
        let file = volume.path().join("hallpass.key");
        fs::write(&file, "key").expect("a file");
        let set = |path: &std::path::Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("mode");
        // Kubernetes sets the setgid bit on the folders of an fsGroup volume.
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
