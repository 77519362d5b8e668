use serde_json::json;

use crate::actors::{Answer, PASSWORD, World};

const REQUIRED: &str = "This field is required.";

async fn send(world: &World, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = world.request("POST", "/api/token/").header("content-type", content_type).body(body);
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn json_form_and_multipart_are_all_understood() {
    let world = World::new().await;
    world.user("ada").await;
    let json = format!(r#"{{"username":"ada","password":"{PASSWORD}","more":[1]}}"#);
    assert_eq!(send(&world, "application/json; charset=utf-8", json).await.status, 200);
    let form = format!("username=nobody&username=ada&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(send(&world, "application/x-www-form-urlencoded", form).await.status, 200, "the last one counts");
    let form = reqwest::multipart::Form::new().text("username", "ada").text("password", PASSWORD);
    let request = world.request("POST", "/api/token").multipart(form);
    assert_eq!(Answer::of(request.send().await.expect("an answer")).await.status, 200);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let world = World::new().await;
    let cases = [
        (json!({}), json!({ "username": [REQUIRED], "password": [REQUIRED] })),
        (
            json!({ "username": null, "password": "" }),
            json!({ "username": ["This field may not be null."], "password": ["This field may not be blank."] }),
        ),
        (
            json!({ "username": "  ", "password": true }),
            json!({ "username": ["This field may not be blank."], "password": ["Not a valid string."] }),
        ),
        (
            json!({ "username": ["ada"], "password": { "a": 1 } }),
            json!({ "username": ["Not a valid string."], "password": ["Not a valid string."] }),
        ),
        (json!({ "username": "a\0", "password": "x" }), json!({ "username": ["Null characters are not allowed."] })),
    ];
    for (body, refused) in cases {
        world.post("/api/token/", body).await.is(400, refused);
    }
    let number = world.post("/api/token/", json!({ "username": 5, "password": 1.5 })).await;
    assert_eq!(number.status, 401, "numbers are read as text");
}

#[tokio::test]
async fn json_that_is_no_object_is_told_what_it_is() {
    let world = World::new().await;
    for (body, found) in [("[]", "list"), ("\"x\"", "str"), ("5", "int"), ("1.5", "float"), ("true", "bool")] {
        let sentence = format!("Invalid data. Expected a dictionary, but got {found}.");
        send(&world, "application/json", body).await.is(400, json!({ "non_field_errors": [sentence] }));
    }
    send(&world, "application/json", "null").await.is(400, json!({ "non_field_errors": ["No data provided"] }));
}

#[tokio::test]
async fn malformed_bodies_are_told_so() {
    let world = World::new().await;
    for body in ["{", "{\"a\":NaN}", "{\"a\":\"\u{0}", "nonsense"] {
        let answer = send(&world, "application/json", body).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text("detail").starts_with("JSON parse error - "), "{answer:?}");
    }
    let invalid_utf8 = send(&world, "application/json", b"{\"username\":\"\xff\"}".to_vec()).await;
    assert_eq!(invalid_utf8.status, 400);
    let unbounded = send(&world, "multipart/form-data", "no parts").await;
    assert_eq!(unbounded.status, 400);
    assert!(unbounded.text("detail").starts_with("Multipart form parse error - "), "{unbounded:?}");
    let no_parts = send(&world, "multipart/form-data; boundary=x", "no parts").await;
    no_parts.is(400, json!({ "username": [REQUIRED], "password": [REQUIRED] }));
}

#[tokio::test]
async fn other_media_types_are_not_supported() {
    let world = World::new().await;
    for content_type in ["text/plain", "application/xml", "nonsense", "application/jsonp"] {
        let sentence = format!("Unsupported media type \"{content_type}\" in request.");
        send(&world, content_type, "{}").await.is(415, json!({ "detail": sentence }));
    }
}

#[tokio::test]
async fn no_body_is_a_body_without_fields() {
    let world = World::new().await;
    let both = json!({ "username": [REQUIRED], "password": [REQUIRED] });
    send(&world, "application/json", "").await.is(400, both.clone());
    Answer::of(world.request("POST", "/api/token/").send().await.expect("an answer")).await.is(400, both);
}

#[tokio::test]
async fn a_file_in_the_place_of_text_is_no_string() {
    let world = World::new().await;
    let file = reqwest::multipart::Part::text(PASSWORD).file_name("password.txt");
    let form = reqwest::multipart::Form::new().text("username", "ada").part("password", file);
    let request = world.request("POST", "/api/token/").multipart(form);
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    answer.is(400, json!({ "password": ["Not a valid string."] }));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_everywhere() {
    let world = World::new().await;
    let too_large = "x".repeat(64 * 1024 + 1);
    for path in ["/api/token/", "/api/token/refresh/", "/api/register/", "/rpc/session/obtain"] {
        let body = format!(r#"{{"username":"{too_large}"}}"#);
        let request = world.request("POST", path).header("content-type", "application/json").body(body);
        let status = request.send().await.expect("an answer").status().as_u16();
        assert_eq!(status, 413, "{path}");
    }
}
