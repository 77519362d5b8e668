//! Hostile bodies and headers for every endpoint and every server function: arbitrary ones (`proptest`;
//! `PROPTEST_CASES` sets their number) and known attacks. Nothing causes a server error, and every error is in the
//! documented format.

use hallpass_core::{
    Account,
    session::Origin,
    user::{Role, User},
};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::{
    Client, Method, Request, Url,
    header::{HeaderName, HeaderValue},
    redirect::Policy,
};
use serde_json::{Map, Value, json};

use crate::{
    actors::{Answer, PASSWORD, World},
    connections,
    hostile_attempts::{Attempt, Caller, attempt},
    rpc_authentication, schema,
};

/// The default number of requests.
const CASES: u32 = 1_500;

/// An endpoint: an operation of the OpenAPI document, or a server function with valid arguments.
#[derive(Debug)]
struct Endpoint {
    method: String,
    path: String,
    body: Value,
}

async fn endpoints(world: &World) -> Vec<Endpoint> {
    let names = ["username", "email", "password", "refresh", "token", "first_name", "last_name"];
    let fields: Value = names.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<Map<_, _>>().into();
    let document = schema::document(world).await;
    let of_api = schema::operations(&document).into_iter();
    let of_api = of_api.map(|(method, path, _)| Endpoint { method, path, body: fields.clone() });
    let known = rpc_authentication::protected();
    let of_pages = rpc_authentication::all().into_iter().map(|function| {
        let body = known.iter().find(|(name, _)| *name == function).map(|(_, body)| body.clone());
        let body = body.unwrap_or_else(|| json!({ "refresh": "x", "credentials": fields, "registration": fields }));
        Endpoint { method: "POST".to_owned(), path: format!("/rpc/{function}"), body }
    });
    of_api.chain(of_pages).collect()
}

/// The callers. Requests may end their sessions, so each request has a new one.
struct Crowd {
    world: World,
    /// One connection per request: the server closes a connection whose body it has not read.
    client: Client,
    endpoints: Vec<Endpoint>,
    superuser: User,
    person: User,
}

impl Crowd {
    async fn gather() -> Self {
        let world = World::with(schema::full()).await;
        let account = Account {
            username: "ada".into(),
            email: String::new(),
            password: PASSWORD.into(),
            role: Role::Superuser,
            is_active: true,
        };
        let superuser = world.auth.create_user(account).await.expect("a superuser");
        let person = world.user("eve").await;
        world.user("joy").await;
        let endpoints = endpoints(&world).await;
        let client = Client::builder().pool_max_idle_per_host(0).redirect(Policy::none()).build().expect("a client");
        Self { world, client, endpoints, superuser, person }
    }

    async fn bearer(&self, user: &User) -> Option<String> {
        // The user has been deactivated; the remaining requests are skipped.
        let pair = self.world.auth.open_session(user, Origin::default()).await.ok()?;
        Some(format!("Bearer {}", pair.access.expose()))
    }

    async fn request(&self, attempt: &Attempt, endpoint: &Endpoint) -> Request {
        let segment: String = form_urlencoded::byte_serialize(attempt.segment.as_bytes()).collect();
        let path =
            ["{id}", "{session}", "{jti}"].iter().fold(endpoint.path.clone(), |p, name| p.replace(name, &segment));
        let url = format!("{}{path}?{}", self.world.url, attempt.query).parse::<Url>().expect("an address");
        let (kind, bytes) = attempt.body.written(&endpoint.body);
        let mut request = Request::new(endpoint.method.parse::<Method>().expect("a method"), url);
        *request.body_mut() = Some(bytes.into());
        let headers = request.headers_mut();
        headers.insert("content-type", HeaderValue::from_str(&kind).expect("a header"));
        let authorization = match attempt.caller {
            Caller::Stranger => None,
            Caller::Person => self.bearer(&self.person).await,
            Caller::Superuser => self.bearer(&self.superuser).await,
            Caller::Client => Some(basic("gateway", schema::SECRET)),
        };
        if let Some(value) = authorization {
            headers.insert("authorization", value.parse().expect("a header"));
        }
        for (name, value) in &attempt.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        request
    }

    /// Sends the request and returns what is wrong with the response.
    async fn judge(&self, attempt: &Attempt) -> Result<(), String> {
        let endpoint = attempt.endpoint.get(&self.endpoints);
        let request = self.request(attempt, endpoint).await;
        let response = self.client.execute(request).await.map_err(|error| format!("{error:?}: {endpoint:?}"))?;
        let answer = Answer::of(response).await;
        if is_good_answer(&endpoint.path, &answer) { Ok(()) } else { Err(format!("{answer:?} of {endpoint:?}")) }
    }
}

fn basic(name: &str, secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

/// Asserts that the response is no server error, and that errors have the endpoint's format.
fn is_good_answer(path: &str, answer: &Answer) -> bool {
    let is_sentence = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_sentence));
    let body = &answer.body;
    match answer.status {
        200..400 => true,
        400..500 if path.starts_with("/rpc/") => is_sentence(&body["code"]) && is_sentence(&body["message"]),
        400..500 if is_sentence(&body["error"]) => path.starts_with("/oauth/"),
        400..500 if is_sentence(&body["detail"]) => true,
        400..500 => body.as_object().is_some_and(|fields| !fields.is_empty() && fields.values().all(is_list)),
        _ => false,
    }
}

#[test]
fn no_arbitrary_request_causes_a_server_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let crowd = runtime.block_on(Crowd::gather());
    assert!(crowd.endpoints.len() > 40, "{} endpoints", crowd.endpoints.len());
    let asked = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { CASES };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..asked });
    let judge = |attempt| runtime.block_on(crowd.judge(&attempt)).map_err(TestCaseError::fail);
    runner.run(&attempt(), judge).unwrap_or_else(|failure| panic!("{failure}"));
    runtime.block_on(async {
        let mut joy = crowd.world.sign_in("joy").await;
        joy.refresh().await;
        assert_eq!(joy.me().await.status, 200, "who had nothing to do with it goes on");
    });
}

/// Every endpoint that reads a body, with a caller who may use it.
async fn reading(crowd: &Crowd) -> Vec<(&Endpoint, String)> {
    let mut reading = Vec::new();
    for endpoint in &crowd.endpoints {
        let is_client = endpoint.path.starts_with("/oauth/");
        let is_reading =
            ["/token/", "/register/", "/password/", "/rpc/"].iter().any(|part| endpoint.path.contains(part));
        if endpoint.method == "POST" && (is_reading || is_client || endpoint.path == "/api/admin/users/") {
            let bearer = crowd.bearer(&crowd.superuser).await.expect("an administrator");
            reading.push((endpoint, if is_client { basic("gateway", schema::SECRET) } else { bearer }));
        }
    }
    assert!(reading.len() > 25, "{} that read", reading.len());
    reading
}

fn filled(path: &str) -> String {
    path.replace("{id}", "2")
}

fn kind_of(path: &str) -> &'static str {
    if path.starts_with("/oauth/") { "application/x-www-form-urlencoded" } else { "application/json" }
}

#[tokio::test]
async fn every_endpoint_rejects_an_oversized_chunked_body() {
    let crowd = Crowd::gather().await;
    for (Endpoint { path, .. }, authorization) in reading(&crowd).await {
        let mut stream = connections::connect(&crowd.world).await;
        let (kind, path) = (kind_of(path), filled(path));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Type: {kind}\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        connections::send(&mut stream, &head).await;
        let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
        for _ in 0..65 {
            connections::send(&mut stream, &chunk).await;
        }
        let answer = connections::some(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
    }
}

#[tokio::test]
async fn charsets_are_decoded_and_content_encoding_is_ignored() {
    let crowd = Crowd::gather().await;
    let text = "{\"refresh\":\"\u{e9}\",\"token\":\"\u{e9}\",\"username\":\"\u{e9}\"}";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1 = b"{\"refresh\":\"\xe9\",\"token\":\"\xe9\",\"username\":\"\xe9\"}".to_vec();
    // The empty object, compressed by gzip.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00".to_vec();
    for (endpoint @ Endpoint { path, body, .. }, authorization) in reading(&crowd).await {
        // A function without arguments only needs the end of its body.
        if path.starts_with("/oauth/") || *body == json!({}) {
            continue;
        }
        let send = async |kind: &str, encoding: Option<&str>, bytes: Vec<u8>| {
            let request = crowd.world.request("POST", &filled(path)).header("authorization", &authorization);
            let request =
                encoding.iter().fold(request, |request, encoding| request.header("content-encoding", *encoding));
            Answer::of(request.header("content-type", kind).body(bytes).send().await.expect("an answer")).await
        };
        let plain = send("application/json", None, text.into()).await;
        for (kind, bytes) in
            [("application/json; charset=utf-16", &utf16), ("application/json; charset=latin1", &latin1)]
        {
            let answer = send(kind, None, bytes.clone()).await;
            if path.starts_with("/rpc/") {
                assert!(answer.status == 415 && is_good_answer(path, &answer), "{kind}: {answer:?} of {endpoint:?}");
            } else {
                assert_eq!((answer.status, &answer.body), (plain.status, &plain.body), "{kind} at {path}");
            }
        }
        let compressed = send("application/json", Some("gzip"), gzip.clone()).await;
        assert!(compressed.status == 400 && is_good_answer(path, &compressed), "{compressed:?} of {endpoint:?}");
        // The same bytes have the same meaning, whatever their encoding is said to be.
        if !path.contains("end_") && !path.contains("sessions") {
            let wrong = json!({ "form": null, "x": body }).to_string().into_bytes();
            let plain = send("application/json", None, wrong.clone()).await;
            for encoding in ["gzip", "br", "deflate", "x", "gzip, gzip"] {
                let claimed = send("application/json", Some(encoding), wrong.clone()).await;
                assert_eq!((claimed.status, &claimed.body), (plain.status, &plain.body), "{encoding} at {path}");
            }
        }
    }
}
