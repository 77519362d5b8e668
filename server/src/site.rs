//! Static files, embedded in the binary. Debug builds read them from disk, so that `cargo leptos watch` shows changes.

use app::ui::shell::Assets;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{Embed, EmbeddedFile};

/// The output of `cargo leptos build`.
#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// The encodings that the build may have prepared, in order of preference.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Files with a hash in their name never change (RFC 8246).
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// All other files are revalidated on each use, usually with a 304.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// `GET /pkg/{path}`.
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&format!("pkg/{path}"), &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The response for a file of the site. `None` if it does not exist.
pub(crate) fn serve(path: &str, request: &HeaderMap) -> Option<Response> {
    serve_from::<Site>(path, request)
}

/// The response for one of these files. `None` if it does not exist.
pub(crate) fn serve_from<Files: Embed>(path: &str, request: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let content_type = content_type(&plain)?;
    let (file, encoding) = match find_encoded::<Files>(path, request) {
        Some((file, encoding)) => (file, Some(encoding)),
        None => (plain, None),
    };
    let etag = etag(&file)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, if is_immutable(path) { IMMUTABLE } else { REVALIDATED });
    if request.get(header::IF_NONE_MATCH) == Some(&etag) {
        headers.insert(header::ETAG, etag);
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(header::ETAG, etag);
    headers.insert(header::CONTENT_TYPE, content_type);
    if let Some(policy) = policy(path) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some((headers, file.data).into_response())
}

/// Debug builds have no hashes in file names.
fn is_immutable(path: &str) -> bool {
    path.starts_with("pkg/") && !cfg!(debug_assertions)
}

/// The content security policy of files that need one: the static pages have a stylesheet, and the service worker
/// fetches.
fn policy(path: &str) -> Option<HeaderValue> {
    match path {
        "offline.html" | "error.html" => Some(HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        )),
        "service-worker.js" => Some(HeaderValue::from_static("default-src 'none'; connect-src 'self'")),
        _ => None,
    }
}

/// The page for a failed rendering.
pub(crate) fn error_page() -> Response {
    let page = serve("error.html", &HeaderMap::new()).unwrap_or_default();
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CACHE_CONTROL, "no-store")], page).into_response()
}

/// The names of the files that a page loads in this build.
pub(crate) fn assets() -> Assets {
    let find = |extension: &str| {
        let is_wanted = |path: &str| {
            let name = path.strip_prefix("pkg/").unwrap_or_default();
            name.starts_with("hallpass") && name.ends_with(extension)
        };
        Site::iter().find(|path| is_wanted(path)).map(|path| format!("/{path}")).unwrap_or_default()
    };
    Assets { js: find(".js"), wasm: find(".wasm"), css: find(".css"), auto_reload: cfg!(debug_assertions) }
}

fn find_encoded<Files: Embed>(path: &str, request: &HeaderMap) -> Option<(EmbeddedFile, &'static str)> {
    let accepted = request.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    ENCODINGS.into_iter().filter(|(encoding, _)| accepts(accepted, encoding)).find_map(|(encoding, suffix)| {
        let file = Files::get(&format!("{path}{suffix}"))?;
        Some((file, encoding))
    })
}

/// Whether `Accept-Encoding` includes the encoding with a weight above zero (RFC 9110 §12.5.3).
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn etag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash: String = file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hash}\"")).ok()
}

/// The media type that `mime_guess` finds for the extension. Text is UTF-8.
fn content_type(file: &EmbeddedFile) -> Option<HeaderValue> {
    match file.metadata.mimetype() {
        text if text.starts_with("text/") => HeaderValue::from_str(&format!("{text}; charset=utf-8")).ok(),
        other => HeaderValue::from_str(other).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn an_encoding_is_used_only_if_it_is_accepted() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("brotli", "br"));
    }
}
