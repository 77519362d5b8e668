//! Request bodies in the formats of Django REST framework: JSON, form and multipart, at most 64 kB.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::header;
use percent_encoding::percent_decode;
use serde_json::value::RawValue;

use super::{
    charset::Charset,
    fields::{Field, Fields},
    multipart,
    reject::Rejection,
};
use crate::{body, parameters::Parameterized};

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Rejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = body::read(body).await.map_err(Rejection::Body)?;
        if bytes.is_empty() {
            return Ok(Self::from_iter([]));
        }
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        read(content_type.unwrap_or_default(), &bytes)
    }
}

fn read(content_type: &str, bytes: &Bytes) -> Result<Fields, Rejection> {
    let kind = Parameterized::parse(content_type);
    let unsupported = || Rejection::UnsupportedMediaType(content_type.to_owned());
    let format = Format::find(&kind).ok_or_else(unsupported)?;
    let charset = match kind.parameter("charset") {
        Some(name) => Charset::find(&name).ok_or_else(|| Rejection::Charset(name.into_owned()))?,
        None => Charset::UTF_8,
    };
    match format {
        Format::Json => from_json(bytes, charset),
        Format::Form => Ok(from_form(bytes, charset)),
        Format::Multipart => from_multipart(bytes, &kind, charset),
    }
}

/// The format of a body.
enum Format {
    Json,
    Form,
    Multipart,
}

impl Format {
    /// The first format that matches the media type of a body, which may be a range (Django REST framework:
    /// `media_type_matches`).
    fn find(kind: &Parameterized) -> Option<Self> {
        let (main, sub) = kind.value().split_once('/')?;
        let covers = |wanted_main: &str, wanted_sub: &str| {
            (main == "*" || main.eq_ignore_ascii_case(wanted_main))
                && (sub == "*" || sub.eq_ignore_ascii_case(wanted_sub))
        };
        let formats = [
            (Self::Json, "application", "json"),
            (Self::Form, "application", "x-www-form-urlencoded"),
            (Self::Multipart, "multipart", "form-data"),
        ];
        formats.into_iter().find(|(_, main, sub)| covers(main, sub)).map(|(format, ..)| format)
    }
}

fn from_json(bytes: &Bytes, charset: Charset) -> Result<Fields, Rejection> {
    let text = charset.decode(bytes).ok_or_else(|| Rejection::Json("the text is not in its charset".to_owned()))?;
    let is_object = text.trim_start().starts_with('{');
    if !is_object {
        return Err(not_an_object(serde_json::from_str(&text).map_err(not_json)?));
    }
    let raw: BTreeMap<String, &RawValue> = serde_json::from_str(&text).map_err(not_json)?;
    let fields = raw.into_iter().map(|(name, value)| Ok((name, Field::parse(value).map_err(not_json)?)));
    fields.collect()
}

fn not_json(error: serde_json::Error) -> Rejection {
    Rejection::Json(error.to_string())
}

fn not_an_object(value: &RawValue) -> Rejection {
    match value.get() {
        "null" => Rejection::NoData,
        "true" | "false" => Rejection::NotAnObject("bool"),
        list if list.starts_with('[') => Rejection::NotAnObject("list"),
        text if text.starts_with('"') => Rejection::NotAnObject("str"),
        float if float.contains(['.', 'e', 'E']) => Rejection::NotAnObject("float"),
        _ => Rejection::NotAnObject("int"),
    }
}

/// The last value of a name wins. A form that is not valid in its charset is read as Latin-1 (Django: `QueryDict`).
fn from_form(bytes: &Bytes, charset: Charset) -> Fields {
    let text = charset.decode(bytes).unwrap_or_else(|| Charset::Latin1.decode_lossy(bytes));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let decoded = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(name, charset), Field::Text(form_decoded(value, charset)))
    });
    decoded.collect()
}

/// Percent-encoded bytes are in the charset of the form; other characters are already decoded (Python: `unquote`).
fn form_decoded(half: &str, charset: Charset) -> String {
    let spaced = half.replace('+', " ");
    if !spaced.contains('%') {
        return spaced;
    }
    let runs = spaced.as_bytes().chunk_by(|one, next| one.is_ascii() == next.is_ascii());
    let decoded = runs.map(|run| {
        let charset = if run.is_ascii() { charset } else { Charset::UTF_8 };
        let bytes: Cow<[u8]> = percent_decode(run).into();
        charset.decode_lossy(&bytes).into_owned()
    });
    decoded.collect()
}

/// The last value of a name wins, and files win over text.
fn from_multipart(bytes: &Bytes, kind: &Parameterized, charset: Charset) -> Result<Fields, Rejection> {
    let fields = multipart::fields(bytes, kind, charset).map_err(|error| Rejection::Multipart(error.to_string()))?;
    let (files, texts): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, field)| *field == Field::Other);
    Ok(texts.into_iter().chain(files).collect())
}
