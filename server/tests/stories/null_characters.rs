//! U+0000, which PostgreSQL cannot store, is rejected on input.

use hallpass_core::import::{Examples, ImportMode, Reason, Tally};
use hallpass_store::{DjangoDatabase, UserTable};
use serde_json::json;

use crate::{
    actors::{PASSWORD, World},
    on_sqlite::import_django::django,
};

fn names(tally: &Tally, reason: Reason) -> Vec<String> {
    tally.reasons.get(&reason).map_or(Vec::new(), |Examples { names, .. }| names.clone())
}

#[tokio::test]
async fn an_import_reports_rows_with_null_characters_and_continues() {
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    django(
        folder.path(),
        "INSERT INTO auth_user VALUES
             (1, '!', NULL, 0, 'a' || char(0) || 'b', '', 0, 1, '2023-11-14 22:13:20'),
             (2, '!', NULL, 0, 'mail', 'm' || char(0) || '@x.org', 0, 1, '2023-11-14 22:13:20'),
             (3, 'md5$s' || char(0) || '$0726da3f16cd71aa1e15c2d357a0de46', NULL, 0, 'hash', '', 0, 1, '2023-11-14 22:13:20'),
             (4, '!', NULL, 0, 'last', 'l@x.org', 0, 1, '2023-11-14 22:13:20');
         INSERT INTO token_blacklist_outstandingtoken VALUES
             (1, 'x.y.z', '2023-11-14 22:13:20', '2990-01-01 00:00:00', 4, 'j' || char(0)),
             (2, 'x.y.z', '2023-11-14 22:13:20', '2990-01-01 00:00:00', 4, 'good');",
    )
    .await;
    let file = folder.path().join("db.sqlite3");
    let mut source =
        DjangoDatabase::open(file.to_str().expect("a path"), UserTable::default()).await.expect("a project");
    let report = world.auth.import(&mut source, ImportMode::Commit).await.expect("an import");
    assert_eq!((report.users.added, report.users.skipped), (3, 1), "{report:?}");
    assert_eq!(names(&report.users, Reason::NulInUsername), ["a\\u{0}b (1)"]);
    assert_eq!(names(&report.users, Reason::NulInEmail), ["mail (2)"]);
    assert_eq!(names(&report.users, Reason::UnknownHash), ["hash (3)"]);
    assert_eq!((report.tokens.added, report.tokens.skipped), (1, 1), "{report:?}");
    assert_eq!(names(&report.tokens, Reason::Unreadable), ["1: error occurred while decoding: its jti contains a NUL"]);
    let again = world.auth.import(&mut source, ImportMode::Commit).await.expect("an import");
    assert_eq!((again.users.added, again.users.updated, again.users.unchanged), (0, 0, 3), "{again:?}");
}

#[tokio::test]
async fn a_page_rejects_a_sign_in_with_a_null_character() {
    let world = World::new().await;
    world.user("ada").await;
    for (username, password) in [("ada\0", PASSWORD), ("ada", "\0")] {
        let credentials = json!({ "credentials": { "username": username, "password": password } });
        let refused = world.post("/rpc/session/obtain", credentials).await;
        assert_eq!(refused.status, 401, "{refused:?}");
    }
}
