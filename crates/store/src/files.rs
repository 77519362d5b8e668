//! Folders and owners of files. A file that root creates belongs to the user that the service runs as.

use std::{
    fs::File,
    io,
    os::unix::fs::{MetadataExt, fchown},
    path::Path,
};

/// The folder that contains a file.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The user and the group that own a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The id of the user.
    pub user: u32,
    /// The id of the group.
    pub group: u32,
}

impl Owner {
    /// The owner of a file. `None` if the file does not exist.
    ///
    /// # Errors
    /// When the file cannot be examined.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        match path.metadata() {
            Ok(metadata) => Ok(Some(Self { user: metadata.uid(), group: metadata.gid() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The owner of a new file, for root: the owner of the first of `references` that exists, or of the folder. `None`
    /// for other users, who cannot give files away.
    ///
    /// # Errors
    /// When one of them cannot be examined.
    pub fn for_new(path: &Path, references: &[&Path]) -> io::Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        for reference in references {
            if let Some(owner) = Self::of(reference)? {
                return Ok(Some(owner));
            }
        }
        Self::of(folder(path))
    }

    /// Whether root owns the file.
    pub const fn is_root(self) -> bool {
        self.user == 0
    }

    /// Gives the file to this owner.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn give(self, file: &File) -> io::Result<()> {
        let metadata = file.metadata()?;
        if (metadata.uid(), metadata.gid()) == (self.user, self.group) {
            return Ok(());
        }
        fchown(file, Some(self.user), Some(self.group))
    }
}
