//! `token verify --json`: one result per input line, in order.

use std::path::PathBuf;

use hallpass_core::clock::Timestamp;
use hallpass_verify::KeySet;
use serde_json::{Map, Value, json};

use super::{
    VerifyTokens, each,
    source::{Fault, Verifier},
};
use crate::commands::Failure;

pub(super) fn run(config: Option<PathBuf>, asked: VerifyTokens, now: Timestamp) -> Result<(), Failure> {
    let VerifyTokens { token, jwks, claims, json: _ } = asked;
    let is_given = jwks.is_some();
    let usual = match Verifier::open(config, jwks) {
        Ok(verifier) => Some(verifier),
        Err(error) if is_given => return Err(error),
        // Lines with their own keys need no others.
        Err(_) => None,
    };
    let verify: Verify = if claims { Verifier::verify } else { Verifier::verify_signature };
    each(token, |line| answer(line, usual.as_ref(), verify, now).to_string())
}

/// The checks to run on a token.
type Verify = fn(&Verifier, &str, Timestamp) -> Result<(), Fault>;

fn answer(line: &[u8], usual: Option<&Verifier>, verify: Verify, now: Timestamp) -> Value {
    let question: Map<String, Value> = match serde_json::from_slice(line) {
        Ok(question) => question,
        Err(error) => return refused(&Value::Null, &format!("the line is not a JSON object: {error}")),
    };
    let id = question.get("id").unwrap_or(&Value::Null);
    let Some(Value::String(token)) = question.get("token") else {
        return refused(id, "\"token\" is missing, or is not a string");
    };
    let brought = match question.get("jwks") {
        Some(jwks) => match KeySet::read(jwks) {
            Ok(keys) => Some(Verifier::Set(keys)),
            Err(fault) => return refused(id, &format!("\"jwks\" {fault}")),
        },
        None => None,
    };
    let Some(verifier) = brought.as_ref().or(usual) else {
        return refused(id, "\"jwks\" is missing, and this server has no keys");
    };
    json!({ "id": id, "valid": verify(verifier, token, now).is_ok() })
}

fn refused(id: &Value, why: &str) -> Value {
    json!({ "id": id, "valid": false, "error": why })
}

#[cfg(test)]
mod tests {
    use hallpass_core::clock::Timestamp;
    use serde_json::{Value, json};

    use super::{Verifier, Verify, answer};

    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    /// The example of RFC 7515 §A.1, which expired in 2011.
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn say(line: &[u8], verify: Verify, now: i64) -> Value {
        answer(line, None, verify, Timestamp::from_seconds(now))
    }

    fn signature(line: &[u8]) -> Value {
        say(line, Verifier::verify_signature, 2_000_000_000)
    }

    #[test]
    fn a_line_is_verified_with_its_own_keys() {
        let good = json!({ "id": 7, "jwks": { "keys": [{ "kty": "oct", "k": KEY }] }, "token": TOKEN }).to_string();
        assert_eq!(signature(good.as_bytes()), json!({ "id": 7, "valid": true }));
        let bad = good.replace("dBjf", "dBjg");
        assert_eq!(signature(bad.as_bytes()), json!({ "id": 7, "valid": false }));
    }

    #[test]
    fn claims_are_checked_only_on_request() {
        let line = json!({ "id": "a", "jwks": { "kty": "oct", "k": KEY }, "token": TOKEN }).to_string();
        assert_eq!(say(line.as_bytes(), Verifier::verify, 2_000_000_000), json!({ "id": "a", "valid": false }));
        assert_eq!(say(line.as_bytes(), Verifier::verify, 1_300_819_379), json!({ "id": "a", "valid": true }));
    }

    #[test]
    fn every_line_gets_a_result() {
        let deep = "[".repeat(100_000);
        for garbage in [b"".as_slice(), b"{", b"[]", b"null", b"\xff\xfe", b"\"text\"", deep.as_bytes()] {
            let answer = signature(garbage);
            assert_eq!((&answer["id"], &answer["valid"]), (&Value::Null, &json!(false)));
            assert!(answer["error"].is_string());
        }
        let named = [
            json!({ "id": 1 }),
            json!({ "id": 1, "token": 7 }),
            json!({ "id": 1, "token": TOKEN, "jwks": "text" }),
            json!({ "id": 1, "token": TOKEN }),
        ];
        for question in named {
            let answer = signature(question.to_string().as_bytes());
            assert_eq!((&answer["id"], &answer["valid"]), (&json!(1), &json!(false)));
            assert!(answer["error"].is_string());
        }
    }
}
