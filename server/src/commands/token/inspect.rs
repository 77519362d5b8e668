//! `token inspect`: prints a token's header and claims without verifying them.

use std::{fmt::Write, path::PathBuf, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::{
    clock::Timestamp,
    keys::{self, KeyRing},
};
use hallpass_verify::Jws;
use serde_json::{Map, Value, json};

use super::each;
use crate::{
    commands::Failure,
    config::{Config, time},
};

/// Claims that are timestamps (RFC 7519 §4.1), and that of a sliding token's last refresh.
const TIMESTAMPS: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "refresh_exp"];

pub(super) fn run(config: Option<PathBuf>, token: Option<String>, json: bool, now: Timestamp) -> Result<(), Failure> {
    // An invalid configuration does not prevent decoding.
    let ring = Config::find_keys(config).ok().flatten();
    each(token, |line| {
        let text = String::from_utf8_lossy(line);
        match (decode(text.trim(), ring.as_ref()), json) {
            (Ok(parts), true) => parts.json().to_string(),
            (Ok(parts), false) => parts.words(now),
            (Err(why), true) => json!({ "error": why }).to_string(),
            (Err(why), false) => format!("not a token: {why}\n"),
        }
    })
}

#[derive(Debug)]
struct Parts {
    header: Value,
    payload: Payload,
    key: String,
}

#[derive(Debug)]
enum Payload {
    Claims(Map<String, Value>),
    Text(String),
    Bytes(usize),
}

fn decode(text: &str, ring: Option<&KeyRing>) -> Result<Parts, String> {
    let jws = Jws::parse(text).map_err(|fault| fault.to_string())?;
    let header = URL_SAFE_NO_PAD.decode(jws.encoded_header).ok();
    let header: Option<Value> = header.and_then(|header| serde_json::from_slice(&header).ok());
    let header = header.filter(Value::is_object).ok_or("its header is not a JSON object")?;
    let payload = match (serde_json::from_slice(&jws.payload), String::from_utf8(jws.payload)) {
        (Ok(claims), _) => Payload::Claims(claims),
        (Err(_), Ok(text)) => Payload::Text(text),
        (Err(_), Err(error)) => Payload::Bytes(error.as_bytes().len()),
    };
    let key = describe_key(&header, ring);
    Ok(Parts { header, payload, key })
}

/// The key that the header names.
fn describe_key(header: &Value, ring: Option<&KeyRing>) -> String {
    let Some(ring) = ring else {
        return "there are no keys to compare with".to_owned();
    };
    match header.get("kid") {
        None => {
            let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
            let fitting = ring.keys().iter().filter(|key| keys::name(key.algorithm()) == alg).count();
            format!("no kid; {fitting} of this server's keys have its algorithm")
        }
        Some(Value::String(id)) if ring.has(id) => "the kid is one of this server's".to_owned(),
        Some(_) => "the kid is none of this server's".to_owned(),
    }
}

impl Parts {
    fn json(&self) -> Value {
        let payload = match &self.payload {
            Payload::Claims(claims) => Value::Object(claims.clone()),
            Payload::Text(text) => text.as_str().into(),
            Payload::Bytes(_) => Value::Null,
        };
        json!({ "header": self.header, "claims": payload, "key": self.key, "verified": false })
    }

    fn words(&self, now: Timestamp) -> String {
        let mut words = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(words, "{name:11} {value}");
        };
        line("header", &self.header.to_string());
        match &self.payload {
            Payload::Claims(claims) => {
                for (name, value) in claims {
                    line(&shown(name), &claim(name, value, now));
                }
            }
            Payload::Text(text) => line("payload", &format!("{text:?}, which is not a set of claims")),
            Payload::Bytes(count) => line("payload", &format!("{count} bytes that are not text")),
        }
        line("key", &self.key);
        line("verified", "no: nothing was verified (hallpass token verify)");
        words
    }
}

/// A name with control characters escaped.
fn shown(name: &str) -> String {
    name.chars().flat_map(char::escape_debug).collect()
}

fn claim(name: &str, value: &Value, now: Timestamp) -> String {
    // JSON only escapes control characters below U+0020; terminals interpret others.
    let json: String = value.to_string().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let seconds = value.as_i64().or_else(|| value.as_f64().map(whole)).filter(|_| TIMESTAMPS.contains(&name));
    match seconds {
        Some(seconds) if (0..=253_402_300_799).contains(&seconds) => {
            let at = Timestamp::from_seconds(seconds);
            format!("{json}  {}, {}", time::format(at), distance(at, now))
        }
        Some(_) => format!("{json}  not a time of a year with four digits"),
        None => json,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what is too large saturates, and is out of range then")]
fn whole(seconds: f64) -> i64 {
    seconds.floor() as i64
}

/// The distance in time, in its two largest units.
fn distance(at: Timestamp, now: Timestamp) -> String {
    let rough = |duration: Duration| {
        let words = humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string();
        words.split(' ').take(2).collect::<Vec<_>>().join(" ")
    };
    if at > now { format!("in {}", rough(at.since(now))) } else { format!("{} ago", rough(now.since(at))) }
}

#[cfg(test)]
mod tests {
    use hallpass_core::clock::Timestamp;

    use super::decode;

    const NOW: Timestamp = Timestamp::from_seconds(1_300_819_320);

    #[test]
    fn times_are_readable_and_nothing_is_verified() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.AAAA";
        let words = decode(token, None).expect("three parts").words(NOW);
        assert!(words.contains("exp         1300819380  2011-03-22T18:43:00Z, in 1m\n"), "{words}");
        assert!(words.contains("nothing was verified"), "{words}");
    }

    #[test]
    fn payloads_that_are_not_claims_are_shown() {
        let text = decode("eyJhbGciOiJIUzI1NiJ9.Zm9v.AAAA", None).expect("three parts");
        assert!(text.words(NOW).contains("\"foo\", which is not a set of claims"));
        let bytes = decode("eyJhbGciOiJIUzI1NiJ9._w.AAAA", None).expect("three parts");
        assert!(bytes.words(NOW).contains("1 bytes that are not text"));
        assert_eq!(decode("a.b", None).err().as_deref(), Some("it does not have the three parts of a compact JWS"));
        assert_eq!(decode("Zm9v.e30.AAAA", None).err().as_deref(), Some("its header is not a JSON object"));
    }
}
