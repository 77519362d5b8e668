//! Requests of OAuth clients: authentication (RFC 6749 §2.3.1) and the token in question.

use std::{collections::HashMap, sync::Arc};

use axum::extract::{FromRequest, Request as HttpRequest};
use base64::{Engine, engine::general_purpose::STANDARD};
use hallpass_core::{
    Auth,
    clients::{Client, Clients},
};
use http::{HeaderMap, header};

use super::reject::OAuthRejection;
use crate::{body, parameters::Parameterized};

/// A request of an authenticated client.
pub(super) struct Request {
    pub(super) client: Client,
    pub(super) token: String,
}

impl FromRequest<Arc<Auth>> for Request {
    type Rejection = OAuthRejection;

    async fn from_request(request: HttpRequest, auth: &Arc<Auth>) -> Result<Self, OAuthRejection> {
        let clients = &auth.settings().clients;
        if clients.is_empty() {
            return Err(OAuthRejection::NotConfigured);
        }
        let (parts, body) = request.into_parts();
        let bytes = body::read(body).await?;
        let fields = form(&parts.headers, &bytes)?;
        let client = authenticate(clients, &parts.headers, &fields)?.clone();
        // `token_type_hint` is not needed: a token contains its type.
        let token =
            fields.get("token").cloned().ok_or(OAuthRejection::InvalidRequest("The parameter token is missing."))?;
        Ok(Self { client, token })
    }
}

/// The body's parameters. A repeated one is an error, an empty one is ignored (RFC 6749 §3.2).
fn form(headers: &HeaderMap, bytes: &[u8]) -> Result<HashMap<String, String>, OAuthRejection> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = Parameterized::parse(content_type);
    if !kind.is("application/x-www-form-urlencoded") || !kind.is_utf_8() {
        return Err(OAuthRejection::InvalidRequest(
            "Send the parameters as application/x-www-form-urlencoded, in UTF-8.",
        ));
    }
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(bytes).into_owned() {
        if fields.insert(name, value).is_some() {
            return Err(OAuthRejection::InvalidRequest("A parameter is repeated."));
        }
    }
    fields.retain(|_, value| !value.is_empty());
    Ok(fields)
}

/// Authenticates by `Basic`, or by `client_id` and `client_secret` in the body, but not both.
fn authenticate<'c>(
    clients: &'c Clients,
    headers: &HeaderMap,
    fields: &HashMap<String, String>,
) -> Result<&'c Client, OAuthRejection> {
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (authorization.next(), authorization.next());
    let (in_body, secret) = (fields.get("client_id"), fields.get("client_secret"));
    match (first, second, secret) {
        (Some(_), Some(_), _) | (Some(_), None, Some(_)) => {
            Err(OAuthRejection::InvalidRequest("Authenticate in one way: Basic, or client_id and client_secret."))
        }
        (Some(header), None, None) => {
            let client = basic(header.as_bytes())
                .and_then(|spellings| spellings.iter().find_map(|(name, secret)| clients.authenticate(name, secret)));
            client.filter(|client| in_body.is_none_or(|id| id == client.name())).ok_or(OAuthRejection::InvalidClient)
        }
        (None, _, _) => {
            let (name, secret) = in_body.zip(secret).ok_or(OAuthRejection::InvalidClient)?;
            clients.authenticate(name, secret).ok_or(OAuthRejection::InvalidClient)
        }
    }
}

/// Client id and secret, as sent and form-decoded: the standard requires form encoding, and many clients omit it.
fn basic(header: &[u8]) -> Option<[(String, String); 2]> {
    let text = str::from_utf8(header).ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (name, secret) = decoded.split_once(':')?;
    Some([(name.to_owned(), secret.to_owned()), (form_decoded(name), form_decoded(secret))])
}

/// Decodes form encoding. `=` and `&` would end the name.
fn form_decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn credentials_are_read_with_and_without_form_encoding() {
        // gateway:a+b%2B
        let [plain, decoded] = basic(b"basic Z2F0ZXdheTphK2IlMkI=").expect("credentials");
        assert_eq!(plain, ("gateway".to_owned(), "a+b%2B".to_owned()));
        assert_eq!(decoded, ("gateway".to_owned(), "a b+".to_owned()));
    }

    #[test]
    fn other_authorization_headers_have_no_credentials() {
        for header in ["", "Basic", "Basic !", "Bearer Z2F0ZXdheTphYmM=", "Basic Z2F0ZXdheQ=="] {
            assert!(basic(header.as_bytes()).is_none(), "{header}");
        }
    }
}
