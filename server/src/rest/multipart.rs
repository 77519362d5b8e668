//! `multipart/form-data` (RFC 7578), parsed as by Django's `MultiPartParser`: invalid parts are skipped.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{charset::Charset, fields::Field};
use crate::parameters::Parameterized;

/// Maximum size of a part's headers, in bytes (Django: `MAX_TOTAL_HEADER_SIZE`).
const MAX_HEAD_BYTES: usize = 1024;

/// The reason a form is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum MultipartError {
    #[error("Invalid boundary in multipart: {0}")]
    Boundary(String),
    #[error("Request max total header size exceeded.")]
    Head,
}

/// Parses a form into names and fields. A truncated form is read as far as it goes.
///
/// # Errors
/// [`MultipartError`]
pub(super) fn fields(
    body: &[u8],
    kind: &Parameterized,
    charset: Charset,
) -> Result<Vec<(String, Field)>, MultipartError> {
    let boundary = kind.parameter("boundary").unwrap_or("None".into());
    let is_boundary = !boundary.is_empty()
        && boundary.len() <= 201
        && boundary.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !boundary.ends_with(' ');
    if kind.parameter("boundary").is_none() || !is_boundary {
        return Err(MultipartError::Boundary(boundary.into_owned()));
    }
    let delimiter = format!("--{boundary}");
    let fields = parts(body, delimiter.as_bytes()).map(|part| field(part, charset));
    fields.filter_map(Result::transpose).collect()
}

/// The parts between the delimiters, without the line breaks that belong to them.
fn parts<'b>(body: &'b [u8], delimiter: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let bytes = rest.take()?;
        let Some(end) = find(bytes, delimiter) else { return Some(bytes) };
        rest = Some(&bytes[end + delimiter.len()..]);
        let part = &bytes[..end];
        let part = part.strip_suffix(b"\n").unwrap_or(part);
        Some(part.strip_suffix(b"\r").unwrap_or(part))
    })
}

fn field(part: &[u8], charset: Charset) -> Result<Option<(String, Field)>, MultipartError> {
    let start = &part[..part.len().min(MAX_HEAD_BYTES)];
    let Some(end) = find(start, b"\r\n\r\n") else {
        return if part.len() < MAX_HEAD_BYTES { Ok(None) } else { Err(MultipartError::Head) };
    };
    let (head, content) = (&part[..end], &part[end + 4..]);
    let Some(disposition) = header(head, "content-disposition") else { return Ok(None) };
    let Some(name) = disposition.parameter("name") else { return Ok(None) };
    let is_file =
        ["filename", "filename*"].iter().any(|name| disposition.parameter(name).is_some_and(|n| !n.is_empty()));
    let is_base64 = header(head, "content-transfer-encoding").is_some_and(|encoding| encoding.is("base64"));
    let text = || {
        let decoded = is_base64.then(|| decode_base64(content)).flatten();
        Field::Text(charset.decode_lossy(decoded.as_deref().unwrap_or(content)).into_owned())
    };
    // A file in place of text is not a string, whatever its content.
    Ok(Some((name.trim().to_owned(), if is_file { Field::Other } else { text() })))
}

/// The last header of this name.
fn header<'b>(head: &'b [u8], name: &str) -> Option<Parameterized<'b>> {
    let lines = head.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
    let mut pairs = lines.filter_map(|line| line.trim_end_matches('\r').split_once(':'));
    pairs.rfind(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| Parameterized::parse(value))
}

/// Decodes base64 as Python's `b64decode`: other characters are skipped. `None` if it is not base64.
fn decode_base64(content: &[u8]) -> Option<Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    STANDARD.decode(content.iter().copied().filter(is_digit).collect::<Vec<_>>()).ok()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::{Charset, Field, MultipartError, fields};
    use crate::parameters::Parameterized;

    fn read(body: &str) -> Result<Vec<(String, Field)>, MultipartError> {
        fields(body.as_bytes(), &Parameterized::parse("multipart/form-data; boundary=b"), Charset::UTF_8)
    }

    fn text(name: &str, text: &str) -> (String, Field) {
        (name.to_owned(), Field::Text(text.to_owned()))
    }

    #[test]
    fn fields_are_read_with_header_and_parameter_names_in_any_case() {
        for head in [
            "Content-Disposition: form-data; name=\"a\"",
            "CONTENT-DISPOSITION:form-data;NAME=a",
            "content-disposition: form-data ; x ; Name = \" a \"",
            "X: y\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain",
        ] {
            assert_eq!(read(&format!("--b\r\n{head}\r\n\r\nx y\r\n--b--\r\n")), Ok(vec![text("a", "x y")]), "{head}");
        }
    }

    #[test]
    fn parts_without_a_name_are_skipped() {
        let named = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--";
        for before in [
            "",
            "preamble\r\n",
            "--b\r\n\r\nno headers\r\n",
            "--b\r\nno blank line\r\n",
            "--b\r\nContent-Disposition: form-data\r\n\r\nno name\r\n",
        ] {
            assert_eq!(read(&format!("{before}{named}")), Ok(vec![text("a", "x")]), "{before}");
        }
    }

    #[test]
    fn a_truncated_form_is_read_as_far_as_it_goes() {
        let form = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx";
        for end in ["", "\r\n--b", "\r\n--b-", "\r\n--b--", "\r\n--b--\r\n", "\r\n--b\r\nContent-Disposition: f"] {
            assert_eq!(read(&format!("{form}{end}")), Ok(vec![text("a", "x")]), "{end}");
        }
    }

    #[test]
    fn files_differ_from_text_and_base64_is_decoded() {
        let head = "--b\r\nContent-Disposition: form-data; name=a";
        let file = ("a".to_owned(), Field::Other);
        assert_eq!(read(&format!("{head}; filename=\"x\"\r\n\r\nx")), Ok(vec![file]));
        assert_eq!(read(&format!("{head}; filename=\"\"\r\n\r\nx")), Ok(vec![text("a", "x")]));
        let encoded = format!("{head}\r\nContent-Transfer-Encoding: BASE64\r\n\r\n");
        assert_eq!(read(&format!("{encoded}eCB5\r\n--b--")), Ok(vec![text("a", "x y")]));
        assert_eq!(read(&format!("{encoded}eCB5x\r\n--b--")), Ok(vec![text("a", "eCB5x")]));
    }

    #[test]
    fn a_form_needs_a_boundary_and_short_part_headers() {
        for kind in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\" \""] {
            let refused = fields(b"", &Parameterized::parse(kind), Charset::UTF_8);
            assert!(matches!(refused, Err(MultipartError::Boundary(_))), "{kind}");
        }
        assert_eq!(read(&"x".repeat(1024)), Err(MultipartError::Head));
        assert_eq!(read(&"x".repeat(1023)), Ok(Vec::new()));
    }
}
