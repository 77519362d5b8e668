//! The arrows inside `app`: which room may import which. An import that runs the other way fails
//! here, by file.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each room and the rooms it may use.
const ARROWS: [(&str, &[&str]); 6] = [
    ("ui", &["session", "api", "wire", "chunk", "delay", "language", "local_url", "texts"]),
    ("session", &["api", "wire", "chunk", "delay"]),
    ("api", &["auth", "wire", "delay", "language", "texts"]),
    ("auth", &["wire"]),
    ("store", &["auth", "wire"]),
    ("wire", &[]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the crate");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that a file names after `crate::`, in a path or in a `use` with braces.
fn rooms_used(source: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (position, found) in source.match_indices("crate::") {
        let rest = &source[position + found.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (0, String::new());
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    character if depth == 0 && !character.is_whitespace() => word.push(character),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms.iter().map(|path| path.split("::").next().unwrap_or(path).to_owned()).collect()
}

#[test]
fn imports_run_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, allowed) in ARROWS {
        let files = rust_files(&source.join(room));
        assert!(!files.is_empty(), "the room {room} is empty");
        for file in files {
            for used in rooms_used(&fs::read_to_string(&file).expect("a source file")) {
                if used != room && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{} uses crate::{used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_sees_both_ways_of_importing() {
    let source = "use crate::{auth::{Auth, Error}, wire::Me};\nlet x = crate::store::connect;";
    assert_eq!(rooms_used(source), ["auth", "wire", "store"]);
}

#[test]
fn every_migration_is_embedded_for_both_databases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/store/migrations.rs")).expect("the migrations");
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|database| {
        let entries = fs::read_dir(root.join("../migrations").join(database)).expect("a folder of migrations");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        for name in &names {
            let path = format!("{database}/{}", name.to_str().expect("a plain name"));
            assert!(source.contains(&path), "{path} is not in MIGRATIONS");
        }
        names
    });
    assert_eq!(sqlite, postgres);
}
