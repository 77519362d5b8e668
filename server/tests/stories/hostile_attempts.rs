//! Random hostile requests, from meaningful words and from arbitrary text.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

/// Words that have a meaning somewhere.
const WORDS: [&str; 34] = [
    "username",
    "password",
    "email",
    "refresh",
    "token",
    "access",
    "id",
    "ids",
    "page",
    "search",
    "order",
    "ordering",
    "descending",
    "query",
    "form",
    "credentials",
    "registration",
    "change",
    "current_password",
    "new_password",
    "sid",
    "jtis",
    "user",
    "session",
    "kind",
    "is_active",
    "is_staff",
    "is_superuser",
    "role",
    "first_name",
    "last_name",
    "token_type_hint",
    "client_id",
    "ada",
];

const TEXTS: [&str; 14] = [
    "",
    " ",
    "\0",
    "2",
    "-1",
    "99999999999999999999",
    "../..",
    "%00",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "\u{202e}\u{feff}\u{1f511}",
    "e30.e30.",
    "null",
];

const KINDS: [&str; 13] = [
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=",
    "application/*",
    "*/*",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=\"\"",
    "text/plain",
    "text/html; charset=\"",
    "application/xml",
    "/",
];

const HEADERS: [&str; 20] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "content-encoding",
    "content-language",
    "content-range",
    "content-type",
    "cookie",
    "dpop",
    "forwarded",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-request-id",
];

/// A request without its endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) endpoint: Index,
    pub(crate) caller: Caller,
    pub(crate) body: Body,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    /// The value of a path parameter.
    pub(crate) segment: String,
    pub(crate) query: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    Stranger,
    Person,
    Superuser,
    Client,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Bytes(&'static str, Vec<u8>),
    Json(Value),
    /// The endpoint's valid body with one value replaced.
    AlmostRight(Index, Value),
    Nested(&'static str, usize),
    Form(Vec<(String, String)>),
    Multipart(Vec<(String, Vec<u8>)>),
    Large(usize),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![select(&TEXTS[..]).prop_map(str::to_owned), "\\PC{0,40}", any::<String>()]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&WORDS[..]).prop_map(str::to_owned), 1 => text()]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 30, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Body> {
    prop_oneof![
        2 => (select(&KINDS[..]), vec(any::<u8>(), 0..300)).prop_map(|(kind, bytes)| Body::Bytes(kind, bytes)),
        3 => any_json().prop_map(Body::Json),
        4 => (any::<Index>(), any_json()).prop_map(|(at, value)| Body::AlmostRight(at, value)),
        1 => (select(&["[", "{\"a\":", "[{\"refresh\":"][..]), 0_usize..6_000).prop_map(|(open, n)| Body::Nested(open, n)),
        1 => vec((name(), text()), 0..6).prop_map(Body::Form),
        1 => vec((name(), vec(any::<u8>(), 0..60)), 0..4).prop_map(Body::Multipart),
        1 => (65_000_usize..66_500).prop_map(Body::Large),
    ]
}

/// Any request.
pub(crate) fn attempt() -> impl Strategy<Value = Attempt> {
    let caller = select(vec![Caller::Stranger, Caller::Person, Caller::Superuser, Caller::Superuser, Caller::Client]);
    let value = prop_oneof![text().prop_map(String::into_bytes), vec(any::<u8>(), 0..60)];
    let headers = vec((select(&HEADERS[..]), value), 0..4);
    (any::<Index>(), caller, any_body(), headers, text(), vec((name(), text()), 0..4)).prop_map(
        |(endpoint, caller, body, headers, segment, query)| {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            Attempt { endpoint, caller, body, headers, segment, query }
        },
    )
}

impl Body {
    /// The media type and the bytes.
    pub(crate) fn written(&self, own: &Value) -> (String, Vec<u8>) {
        let json = |bytes: Vec<u8>| ("application/json".to_owned(), bytes);
        match self {
            Self::Bytes(kind, bytes) => ((*kind).to_owned(), bytes.clone()),
            Self::Json(value) => json(value.to_string().into_bytes()),
            Self::AlmostRight(at, value) => {
                let mut body = own.clone();
                let mut places: Vec<String> = Vec::new();
                find_places(&body, String::new(), &mut places);
                if let Some(place) = body.pointer_mut(at.get(&places).as_str()) {
                    *place = value.clone();
                }
                json(body.to_string().into_bytes())
            }
            Self::Nested(open, depth) => json(open.repeat(*depth).into_bytes()),
            Self::Form(pairs) => {
                let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                ("application/x-www-form-urlencoded".to_owned(), written.into_bytes())
            }
            Self::Multipart(parts) => {
                let part = |(name, value): &(String, Vec<u8>)| {
                    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
                    [head.as_bytes(), value, b"\r\n"].concat()
                };
                ("multipart/form-data; boundary=x".to_owned(), parts.iter().flat_map(part).collect())
            }
            Self::Large(length) => json(json!({ "refresh": "x".repeat(*length) }).to_string().into_bytes()),
        }
    }
}

/// The JSON pointers (RFC 6901) to a value and all values within it.
fn find_places(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| find_places(member, format!("{here}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| find_places(item, format!("{here}/{at}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(here);
}
