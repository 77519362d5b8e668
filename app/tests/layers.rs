//! The imports between the modules of `app`, which the compiler does not check as it does those between crates.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each module and the modules that it may import.
const ARROWS: [(&str, &[&str]); 3] = [
    ("ui", &["session", "api", "chunk", "delay", "language", "local_url", "texts"]),
    ("session", &["api", "chunk", "delay"]),
    ("api", &["delay", "language", "texts"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the crate");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The modules that a file names after `crate::`, in a path or in a `use` with braces.
fn modules_used(source: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (position, found) in source.match_indices("crate::") {
        let rest = &source[position + found.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (0, String::new());
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => modules.push(std::mem::take(&mut word)),
                    character if depth == 0 && !character.is_whitespace() => word.push(character),
                    _ => {}
                }
            }
            modules.push(word);
        } else {
            modules.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    modules.retain(|module| !module.is_empty());
    modules.iter().map(|path| path.split("::").next().unwrap_or(path).to_owned()).collect()
}

#[test]
fn imports_run_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, allowed) in ARROWS {
        let files = rust_files(&source.join(module));
        assert!(!files.is_empty(), "the module {module} is empty");
        for file in files {
            for used in modules_used(&fs::read_to_string(&file).expect("a source file")) {
                if used != module && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{} uses crate::{used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_sees_both_ways_of_importing() {
    let source = "use crate::{session::{Session, Access}, api::ApiError};\nlet x = crate::ui::App;";
    assert_eq!(modules_used(source), ["session", "api", "ui"]);
}
