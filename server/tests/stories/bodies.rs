use hallpass_core::{Account, settings::Settings, user::Role};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::{
    actors::{Answer, PASSWORD, World, settings},
    connections::{self, connect, some},
};

const REQUIRED: &str = "This field is required.";

async fn send(world: &World, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = world.request("POST", "/api/token/").header("content-type", content_type).body(body);
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn json_form_and_multipart_bodies_are_accepted() {
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
async fn every_invalid_field_is_reported_at_once() {
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
async fn json_other_than_an_object_is_rejected_with_its_type() {
    let world = World::new().await;
    for (body, found) in [("[]", "list"), ("\"x\"", "str"), ("5", "int"), ("1.5", "float"), ("true", "bool")] {
        let sentence = format!("Invalid data. Expected a dictionary, but got {found}.");
        send(&world, "application/json", body).await.is(400, json!({ "non_field_errors": [sentence] }));
    }
    send(&world, "application/json", "null").await.is(400, json!({ "non_field_errors": ["No data provided"] }));
}

#[tokio::test]
async fn malformed_bodies_are_rejected_with_a_parse_error() {
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
async fn other_media_types_are_rejected_with_415() {
    let world = World::new().await;
    for content_type in ["text/plain", "application/xml", "nonsense", "application/jsonp"] {
        let sentence = format!("Unsupported media type \"{content_type}\" in request.");
        send(&world, content_type, "{}").await.is(415, json!({ "detail": sentence }));
    }
}

#[tokio::test]
async fn an_empty_body_has_no_fields() {
    let world = World::new().await;
    let both = json!({ "username": [REQUIRED], "password": [REQUIRED] });
    send(&world, "application/json", "").await.is(400, both.clone());
    Answer::of(world.request("POST", "/api/token/").send().await.expect("an answer")).await.is(400, both);
}

#[tokio::test]
async fn an_uploaded_file_is_not_accepted_as_a_string() {
    let world = World::new().await;
    let file = reqwest::multipart::Part::text(PASSWORD).file_name("password.txt");
    let form = reqwest::multipart::Form::new().text("username", "ada").part("password", file);
    let request = world.request("POST", "/api/token/").multipart(form);
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    answer.is(400, json!({ "password": ["Not a valid string."] }));
}

#[tokio::test]
async fn every_endpoint_rejects_a_body_that_is_too_large() {
    let world = World::new().await;
    let too_large = "x".repeat(64 * 1024 + 1);
    for path in ["/api/token/", "/api/token/refresh/", "/api/register/", "/rpc/session/obtain"] {
        let body = format!(r#"{{"username":"{too_large}"}}"#);
        let request = world.request("POST", path).header("content-type", "application/json").body(body);
        let status = request.send().await.expect("an answer").status().as_u16();
        assert_eq!(status, 413, "{path}");
    }
}

/// Creates an account with this username and password.
async fn account(world: &World, username: &str, password: &str) {
    let account = Account {
        username: username.into(),
        email: String::new(),
        password: password.into(),
        role: Role::User,
        is_active: true,
    };
    world.auth.create_user(account).await.expect("a user");
}

/// The status of a sign-in with this JSON as the password.
async fn sign_in(world: &World, username: &str, password: &str) -> u16 {
    let body = format!(r#"{{"username":{username},"password":{password}}}"#);
    send(world, "application/json", body).await.status
}

#[tokio::test]
async fn a_json_number_is_accepted_as_the_string_of_its_digits() {
    let world = World::new().await;
    account(&world, "100000000000000000000", "918273645546372819109182736450").await;
    let username = "100000000000000000000";
    assert_eq!(sign_in(&world, username, "918273645546372819109182736450").await, 200);
    assert_eq!(sign_in(&world, &format!("\"{username}\""), "\"918273645546372819109182736450\"").await, 200);
    assert_eq!(sign_in(&world, username, "918273645546372819109182736451").await, 401);
    assert_eq!(sign_in(&world, username, "9.182736455463728e+29").await, 401);
    assert_eq!(sign_in(&world, "100000000000000000001", "918273645546372819109182736450").await, 401);
}

#[tokio::test]
async fn a_number_with_more_digits_than_a_float_keeps_them() {
    let world = World::new().await;
    account(&world, "ada", "0.91827364554637281910").await;
    assert_eq!(sign_in(&world, "\"ada\"", "0.91827364554637281910").await, 200);
    assert_eq!(sign_in(&world, "\"ada\"", "0.91827364554637281911").await, 401);
    account(&world, "bob", "91827364554637.25").await;
    assert_eq!(sign_in(&world, "\"bob\"", "9.182736455463725e13").await, 200, "as Python spells it");
}

#[tokio::test]
async fn registration_keeps_the_digits_of_numbers() {
    let world = World::new().await;
    let body = r#"{"username":10000000000000000000007,"password":918273645546372819109182736455}"#;
    let request = world.request("POST", "/api/register/").header("content-type", "application/json").body(body);
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.text("username").as_str()), (201, "10000000000000000000007"), "{answer:?}");
    assert_eq!(sign_in(&world, "10000000000000000000007", "918273645546372819109182736455").await, 200);
    assert_eq!(sign_in(&world, "10000000000000000000007", "918273645546372819109182736454").await, 401);
}

/// The bodies of a sign-in, one per format.
fn formats() -> [(&'static str, &'static str, String); 3] {
    let json = json!({ "username": "ada", "password": PASSWORD }).to_string();
    let form = format!("username=ada&password={}", PASSWORD.replace(' ', "+"));
    let part =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let multipart = format!("{}{}--b--\r\n", part("username", "ada"), part("password", PASSWORD));
    [
        ("application/json", "x=y", json),
        ("application/x-www-form-urlencoded", "x=y", form),
        ("multipart/form-data", "boundary=b", multipart),
    ]
}

#[tokio::test]
async fn media_types_are_accepted_in_every_valid_spelling() {
    let world = World::new().await;
    world.user("ada").await;
    for (kind, parameter, body) in formats() {
        let (name, value) = parameter.split_once('=').expect("a parameter");
        for content_type in [
            format!("{kind};{parameter}"),
            format!("{kind} ; {parameter}"),
            format!("{kind}\t;\t{parameter}"),
            format!("{kind}; {parameter};"),
            format!("{kind};; {parameter} ; "),
            format!("{}; {}={value}", kind.to_uppercase(), name.to_uppercase()),
            format!("{kind}; {name}=\"{value}\""),
            format!("{kind}; {parameter}; charset=\"UTF-8\""),
            format!("{kind}; charset=utf-8; note=\"a;b\\\"c\"; {parameter}"),
        ] {
            assert_eq!(send(&world, &content_type, body.clone()).await.status, 200, "{content_type}");
        }
    }
}

#[tokio::test]
async fn server_functions_and_oauth_accept_the_same_media_types() {
    let client = hallpass_core::clients::Client::with_secret("gateway", "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60");
    let clients = [client.expect("a client")].into_iter().collect();
    let world = World::with(Settings { clients, ..settings() }).await;
    world.user("ada").await;
    let credentials = json!({ "credentials": { "username": "ada", "password": PASSWORD } }).to_string();
    let token = "client_id=gateway&client_secret=5b0fd3a1c4e7429f8d6a1b2c3d4e5f60&token=x";
    for (path, kind, body, refused) in [
        ("/rpc/session/obtain", "application/json", credentials.as_str(), 415),
        ("/oauth/introspect", "application/x-www-form-urlencoded", token, 400),
    ] {
        let status = async |content_type: String| {
            let request = world.request("POST", path).header("content-type", content_type).body(body.to_owned());
            request.send().await.expect("an answer").status().as_u16()
        };
        for parameters in ["", " ; charset=utf-8", "\t;\tCHARSET=\"UTF-8\"", ";"] {
            assert_eq!(status(format!("{kind}{parameters}")).await, 200, "{path} {parameters:?}");
        }
        assert_eq!(status(format!("{kind}; charset=iso-8859-1")).await, refused, "{path}");
    }
}

#[tokio::test]
async fn text_in_another_charset_is_decoded() {
    let world = World::new().await;
    let password = "gr\u{fc}ne B\u{e4}ume rauschen leise";
    account(&world, "ada", password).await;
    let latin1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect::<Vec<_>>();
    let json = format!(r#"{{"username":"ada","password":"{password}"}}"#);
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (charset, bytes) in [("iso-8859-1", latin1(&json)), ("latin1", latin1(&json)), ("utf-16le", utf16(&json))] {
        let answer = send(&world, &format!("application/json; charset={charset}"), bytes).await;
        assert_eq!(answer.status, 200, "{charset}: {answer:?}");
    }
    let form = "username=ada&password=gr%FCne+B%E4ume+rauschen+leise";
    let kind = "application/x-www-form-urlencoded; charset=iso-8859-1";
    assert_eq!(send(&world, kind, form).await.status, 200);
    let part =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n");
    let form = format!("{}{}--b--", part("username", "ada"), part("password", password));
    let kind = "multipart/form-data; boundary=b; charset=iso-8859-1";
    assert_eq!(send(&world, kind, latin1(&form)).await.status, 200);
}

#[tokio::test]
async fn unknown_charsets_and_undecodable_text_are_rejected() {
    let world = World::new().await;
    let unknown = send(&world, "application/json; charset=nonsense", "{}").await;
    unknown.is(400, json!({ "detail": "Unsupported charset \"nonsense\" in request Content-Type header." }));
    let wrong = send(&world, "application/json; charset=us-ascii", "{\"username\":\"\u{fc}\"}").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text("detail").starts_with("JSON parse error - "), "{wrong:?}");
}

#[tokio::test]
async fn an_interrupted_body_is_a_bad_request() {
    let client = hallpass_core::clients::Client::with_secret("gateway", "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60");
    let clients = [client.expect("a client")].into_iter().collect();
    let world = World::with(Settings { clients, ..settings() }).await;
    for (path, kind) in [
        ("/api/token/", "application/json"),
        ("/api/token/", "application/x-www-form-urlencoded"),
        ("/api/token/refresh/", "multipart/form-data; boundary=b"),
        ("/rpc/session/obtain", "application/json"),
        ("/oauth/introspect", "application/x-www-form-urlencoded"),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n");
        for body in [
            "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
            "Content-Length: 5\r\n\r\n{}",
        ] {
            let mut stream = connect(&world).await;
            connections::send(&mut stream, &format!("{head}{body}")).await;
            stream.shutdown().await.expect("the end of what is sent");
            let answer = some(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{path} {body:?}: {answer}");
            assert!(answer.contains("The request body is malformed or incomplete."), "{answer}");
        }
    }
}
