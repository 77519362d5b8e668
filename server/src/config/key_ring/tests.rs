use std::fs;

use hallpass_core::{
    clock::Timestamp,
    keys::{Algorithm, KeyRing, RingKey},
};
use secrecy::{ExposeSecret, SecretSlice};

use super::RingFile;

const AT: Timestamp = Timestamp::from_seconds(1_764_000_000);

fn secret(text: &str) -> SecretSlice<u8> {
    text.as_bytes().to_vec().into()
}

fn file(folder: &tempfile::TempDir) -> RingFile {
    let url = format!("sqlite://{}", folder.path().join("hallpass.db").display());
    RingFile::beside(&url.parse().expect("a URL"))
}

fn kept(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(&folder);
    let key = RingKey::first(Algorithm::HS256, &secret(text), None).expect("a good key");
    file.write(&KeyRing::begun(key, AT)).expect("a ring");
    let ring = file.read().expect("a ring").expect("a ring");
    ring.keys()[0].material.expose_secret().to_vec()
}

#[test]
fn a_secret_has_the_same_bytes_in_the_ring() {
    let long = "a-signing-key-of-more-than-thirty-two-bytes";
    for text in [
        long.to_owned(),
        format!("{long}\r\nwith lines\r\nof Windows"),
        format!("{long}\nwith\n\nlines"),
        format!("{long} \"'''\"\"\" \\n \\ # \t \u{7f} \u{1f511}"),
        format!("{long}\u{200b}"),
    ] {
        assert_eq!(String::from_utf8_lossy(&kept(&text)), text);
    }
}

#[test]
fn a_key_that_the_ring_would_change_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(&folder);
    let key = RingKey::first(Algorithm::HS256, &secret(&format!(" {} ", "k".repeat(40))), None).expect("a good key");
    let refused = file.write(&KeyRing::begun(key, AT)).expect_err("it would be trimmed").to_string();
    assert!(refused.contains("a key in it would change"), "{refused}");
    assert!(!file.path().exists());
}

#[test]
fn a_ring_with_white_space_around_a_secret_is_read_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(&folder);
    let secret = "k".repeat(40);
    let ring = format!(
        "[[key]]\nid = \"unnamed\"\nalgorithm = \"HS256\"\nshared = true\nsigns_from = \"2026-11-24T14:02:00Z\"\n\
         secret = \" {secret}\\n\"\n"
    );
    fs::write(file.path(), ring).expect("a file");
    fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("permissions");
    let ring = file.read().expect("a ring").expect("a ring");
    assert_eq!(ring.keys()[0].material.expose_secret(), secret.as_bytes());
}
