//! The migrations of the two databases correspond, and each is embedded.

use std::{fs, path::Path};

#[test]
fn every_migration_is_embedded_for_both_databases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/migrations.rs")).expect("the migrations");
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|database| {
        let entries = fs::read_dir(root.join("../../migrations").join(database)).expect("a folder of migrations");
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
