use std::{fs, sync::Barrier, thread};

use super::{Created, create, replace};

/// Processes that start at the same time all read the same complete content.
#[test]
fn a_file_created_concurrently_is_created_once_and_never_seen_empty() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hallpass.key");
        let barrier = Barrier::new(16);
        let seen: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..16_u8)
                .map(|n| {
                    let (path, barrier) = (&path, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        let created = create(path, &[], &[n; 128]).expect("a file");
                        (created, fs::read(path).expect("the file"))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(seen.iter().filter(|(created, _)| *created == Created::New).count(), 1);
        assert!(seen.iter().all(|(_, content)| *content == seen[0].1 && content.len() == 128));
        let left: Vec<_> = fs::read_dir(folder.path()).expect("the folder").collect();
        assert_eq!(left.len(), 1, "nothing is left aside: {left:?}");
    }
}

#[test]
fn a_new_file_is_private_and_a_replaced_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hallpass.keys");
    let mode = || fs::metadata(&path).expect("the file").permissions().mode() & 0o777;
    replace(&path, &[], b"first").expect("a file");
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    replace(&path, &[], b"second").expect("the file");
    assert_eq!((mode(), fs::read(&path).expect("the file")), (0o640, b"second".to_vec()));
}

/// Only runs as root; prints a note otherwise.
#[test]
fn files_that_root_writes_belong_to_the_owner_of_the_folder_or_file() {
    use std::os::unix::fs::{MetadataExt, chown};
    if !rustix::process::geteuid().is_root() {
        #[expect(clippy::print_stderr, reason = "a test that skips says so")]
        {
            eprintln!("skipped: only root can give files to others");
        }
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let owner = |name: &str| fs::metadata(path(name)).map(|file| (file.uid(), file.gid())).expect("the file");
    chown(folder.path(), Some(12_345), Some(12_346)).expect("root");
    create(&path("key"), &[], b"key").expect("a file");
    replace(&path("ring"), &[], b"ring").expect("a file");
    super::open_lock(&path("lock"), &[]).expect("a file");
    for name in ["key", "ring", "lock"] {
        assert_eq!(owner(name), (12_345, 12_346), "{name}");
    }
    chown(path("ring"), Some(12_347), Some(12_348)).expect("root");
    replace(&path("ring"), &[], b"ring 2").expect("the file");
    assert_eq!(owner("ring"), (12_347, 12_348), "a replaced file keeps its own");
    create(&path("other"), &[&path("ring")], b"key").expect("a file");
    assert_eq!(owner("other"), (12_347, 12_348), "a new one follows the file that it belongs to");
}
