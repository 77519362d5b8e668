//! Every list is paged as Django REST framework's `PageNumberPagination` pages, with a page size of 50 and a maximum of 200.

use hallpass_core::user::Role;
use serde_json::json;

use crate::{
    actors::{Actor, World},
    sessions::with_sessions,
};

const LISTS: [&str; 6] = [
    "/api/admin/users/",
    "/api/admin/users/1/sessions/",
    "/api/admin/tokens/",
    "/api/admin/events/",
    "/api/events/",
    "/api/sessions/",
];

/// More rows than the largest page, in every list.
async fn with_rows(world: &World) -> Actor<'_> {
    let root = world.administrator("root", Role::Superuser).await;
    with_sessions(world, 250).await;
    for insert in [
        "INSERT INTO users (username, password, date_joined) SELECT id, '', 0 FROM sessions",
        "INSERT INTO security_events (at, kind, user_id) SELECT 0, 'signed_in', 1 FROM sessions",
    ] {
        world.sql(insert).await;
    }
    root
}

/// The number of rows on a page of each list.
async fn sizes(root: &Actor<'_>, query: &str) -> Vec<usize> {
    let mut sizes = Vec::new();
    for list in LISTS {
        let body = root.see(&format!("{list}?{query}")).await.body;
        let rows = body["results"].as_array().or(body.as_array());
        sizes.push(rows.unwrap_or_else(|| panic!("{list}?{query}: {body}")).len());
    }
    sizes
}

#[tokio::test]
async fn a_page_size_is_parsed_like_a_python_int() {
    let world = World::new().await;
    let root = with_rows(&world).await;
    let (longest, too_long) = ("9".repeat(4_300), "9".repeat(4_301));
    for (size, rows) in [
        ("7", 7),
        ("007", 7),
        ("%2B7", 7),
        ("+7+", 7),
        ("%C2%A07", 7),
        ("1_0", 10),
        ("201", 200),
        ("4294967296", 200),
        ("18446744073709551616", 200),
        (longest.as_str(), 200),
        ("", 50),
        ("0", 50),
        ("-0", 50),
        ("-1", 50),
        ("-18446744073709551616", 50),
        ("7.0", 50),
        ("7e1", 50),
        ("x", 50),
        ("1__0", 50),
        ("_1", 50),
        ("1_", 50),
        ("%2B_7", 50),
        ("%2B%2B7", 50),
        (too_long.as_str(), 50),
    ] {
        assert_eq!(sizes(&root, &format!("page_size={size}")).await, [rows; LISTS.len()], "{size}");
    }
}

#[tokio::test]
async fn an_empty_page_number_is_the_first_page() {
    let world = World::new().await;
    let root = with_rows(&world).await;
    for query in ["", "page=", "page=&page_size=", "page=2&page=", "page=%2B1", "page=+1+", "page=01", "page=0_1"] {
        assert_eq!(sizes(&root, query).await, [50; LISTS.len()], "{query}");
        let first = root.see(&format!("/api/admin/users/?{query}")).await.body;
        assert_eq!((&first["results"][0]["id"], &first["previous"]), (&json!("1"), &json!(null)), "{query}");
        let next = first["next"].as_str().expect("a next page");
        assert!(next.contains("page=2"), "{query}: {next}");
    }
}

#[tokio::test]
async fn a_page_past_the_end_is_a_404() {
    let world = World::new().await;
    let root = with_rows(&world).await;
    let digits = "9".repeat(4_301);
    for page in [
        "0",
        "-0",
        "-1",
        "7",
        "1_0",
        "1.0",
        "x",
        "null",
        "+",
        "%20",
        "%00",
        "1%00",
        "+last",
        "LAST",
        "18446744073709551616",
        "18446744073709551617",
        &digits,
    ] {
        for list in LISTS {
            let answer = root.see(&format!("{list}?page={page}")).await;
            assert_eq!((answer.status, &answer.body), (404, &json!({ "detail": "Invalid page." })), "{list} {page}");
        }
    }
}
