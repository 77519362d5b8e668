//! Bodies, as Django REST framework reads them: JSON, form and multipart, at most 64 kB; and their
//! fields, as its `CharField` reads those.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Multipart, Request},
};
use http::header;
use mime::Mime;
use serde_json::{Map, Value};

use super::{refusal::FieldErrors, reject::Rejection};
use crate::router::MAX_BODY_BYTES;

/// A body that was understood, whatever its format.
pub(super) struct Fields(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| Rejection::TooLarge)?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let unsupported = || Rejection::UnsupportedMediaType(content_type.clone());
        let mime: Mime = content_type.parse().map_err(|_| unsupported())?;
        match (mime.type_().as_str(), mime.subtype().as_str()) {
            ("application", "json" | "*") | ("*", "*") => from_json(&bytes),
            ("application", "x-www-form-urlencoded") => Ok(from_form(&bytes)),
            ("multipart", "form-data") => {
                let boundary = mime.get_param(mime::BOUNDARY).map(|boundary| boundary.as_str());
                let bytes = with_end(bytes, boundary.unwrap_or_default())?;
                let request = Request::from_parts(parts, Body::from(bytes));
                let multipart = Multipart::from_request(request, state).await;
                Ok(from_multipart(multipart.map_err(|error| Rejection::Multipart(error.body_text()))?).await)
            }
            _ => Err(unsupported()),
        }
    }
}

fn from_json(bytes: &Bytes) -> Result<Fields, Rejection> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(Fields(fields)),
        Ok(Value::Null) => Err(Rejection::NoData),
        Ok(Value::Array(_)) => Err(Rejection::NotAnObject("list")),
        Ok(Value::String(_)) => Err(Rejection::NotAnObject("str")),
        Ok(Value::Bool(_)) => Err(Rejection::NotAnObject("bool")),
        Ok(Value::Number(number)) => Err(Rejection::NotAnObject(if number.is_f64() { "float" } else { "int" })),
        Err(error) => Err(Rejection::Json(error.to_string())),
    }
}

/// Of a name that stands twice, the last one counts.
fn from_form(bytes: &Bytes) -> Fields {
    let pairs = form_urlencoded::parse(bytes);
    Fields(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}

/// A form that breaks off is read as far as it goes, as in Django: the reader is given the end that it
/// waits for.
fn with_end(bytes: Bytes, boundary: &str) -> Result<Bytes, Rejection> {
    if boundary.is_empty() {
        return Err(Rejection::Multipart("Invalid boundary in multipart: ".to_owned()));
    }
    let end = format!("\r\n--{boundary}--\r\n");
    Ok([bytes.as_ref(), end.as_bytes()].concat().into())
}

/// What was understood before the form went wrong counts, as in Django.
async fn from_multipart(mut multipart: Multipart) -> Fields {
    let mut fields = Map::new();
    while let Ok(Some(mut field)) = multipart.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = field.chunk().await {
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A file in the place of text is no string, whatever is in it.
        fields.insert(name, if is_file { Value::Array(Vec::new()) } else { Value::String(text) });
    }
    Fields(fields)
}

/// A field as `CharField` reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space around it is dropped.
    Text,
    /// Every character counts.
    Verbatim,
    /// May be absent or blank.
    Optional,
}

impl Fields {
    /// The field of that name, as it came.
    pub(super) fn find(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Reads the named fields.
    ///
    /// # Errors
    /// What is wrong with each of them, all at once.
    pub(super) fn read<const N: usize>(&self, wanted: [(&str, Kind); N]) -> Result<[String; N], Rejection> {
        let mut errors = FieldErrors::default();
        let values = wanted.map(|(name, kind)| {
            read_field(self.find(name), kind).map_err(|message| errors.add(name, message)).unwrap_or_default()
        });
        errors.check().map(|()| values)
    }
}

pub(super) fn read_field(value: Option<&Value>, kind: Kind) -> Result<String, &'static str> {
    let text = match value {
        None if kind == Kind::Optional => return Ok(String::new()),
        None => return Err("This field is required."),
        Some(Value::Null) => return Err("This field may not be null."),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => return Err("Not a valid string."),
    };
    let trimmed = text.trim();
    if trimmed.is_empty() && kind != Kind::Optional {
        return Err("This field may not be blank.");
    }
    if text.contains('\0') {
        return Err("Null characters are not allowed.");
    }
    Ok(if kind == Kind::Verbatim { text } else { trimmed.to_owned() })
}
