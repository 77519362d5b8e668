//! The OpenAPI document. Handlers document their own parameters and responses; this module adds what all of them share:
//! the guard, the body parser and the layers of views.

mod answers;

use hallpass_core::settings::Settings;
use http::header;
use utoipa::{
    OpenApi,
    openapi::{
        PathItem, Ref, RefOr, Required, Schema,
        path::{Operation, Parameter, ParameterIn, Paths},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use self::answers::SHARED;
pub(super) use self::answers::Source;
use super::refusal::{FieldErrors, Refusal};

/// The body formats besides JSON.
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hallpass",
        description = "Token authentication, compatible with Django REST framework Simple JWT. Endpoints below \
            `/api/` accept JSON, form and multipart bodies, and a URL with or without the trailing slash."
    ),
    tags(
        (name = "tokens", description = "Sign in, refresh and sign out"),
        (name = "account", description = "Your account"),
        (name = "sessions", description = "Your sessions"),
        (name = "administration", description = "Users, sessions, tokens and events, for staff"),
        (name = "clients", description = "Token revocation and introspection for trusted clients (RFC 7009, RFC 7662)"),
        (name = "service", description = "Keys, metadata and health checks"),
    ),
    components(schemas(Refusal, FieldErrors))
)]
struct Document;

/// The document without its operations.
pub(super) fn document(settings: &Settings) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert("access_token".to_owned(), access_token(settings));
    components.security_schemes.insert("client".to_owned(), client());
    components.responses.extend(SHARED.iter().map(|shared| (shared.name.to_owned(), shared.response().into())));
    document
}

/// Adds the operations of one path and the schemas that they name.
pub(super) fn add(document: &mut utoipa::openapi::OpenApi, schemas: Vec<(String, RefOr<Schema>)>, paths: Paths) {
    document.components.get_or_insert_default().schemas.extend(schemas);
    document.paths.paths.extend(paths.paths);
}

/// The security scheme of access tokens, by `AUTH_HEADER_NAME` and `AUTH_HEADER_TYPES`.
fn access_token(settings: &Settings) -> SecurityScheme {
    let mut words = settings.auth_header_types.iter();
    if settings.auth_header_name == header::AUTHORIZATION && words.any(|word| word.eq_ignore_ascii_case("Bearer")) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        return SecurityScheme::Http(scheme.description(Some("The access token of a pair.")).build());
    }
    let word = settings.auth_header_types.first().map_or("Bearer", String::as_str);
    let value = format!("The word `{word}`, a space, and the access token of a pair.");
    let name = settings.auth_header_name.to_string();
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, value)))
}

/// The security scheme of clients. `client_id` and `client_secret` in the body also work.
fn client() -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
    SecurityScheme::Http(scheme.description(Some("The id and secret of a client in `[clients.NAME]`.")).build())
}

/// The operations of a path with their methods, in Django's order.
pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [get, post, put, patch, delete].into_iter().flatten()
}

/// Adds the shared responses of an endpoint.
pub(super) fn complete_endpoint(item: &mut PathItem) {
    // A partial update may have no body.
    if let Some(body) = item.patch.as_mut().and_then(|patch| patch.request_body.as_mut()) {
        body.required = Some(Required::False);
    }
    for operation in operations_mut(item) {
        add_answers(operation, Source::Endpoint);
        if let Some(body) = &mut operation.request_body {
            let json = body.content.get("application/json").cloned().unwrap_or_default();
            body.content.extend(FORMS.map(|form| (form.to_owned(), json.clone())));
            add_answers(operation, Source::Body);
        }
    }
}

/// Adds the shared responses of a view.
pub(super) fn complete_view(item: &mut PathItem) {
    complete_endpoint(item);
    if let Some(read) = &mut item.get {
        add_answers(read, Source::Redirect);
    }
    for operation in operations_mut(item) {
        let sources: Vec<_> = operation.parameters.iter().flatten().filter_map(source_of).collect();
        for source in sources {
            add_answers(operation, source);
        }
    }
    add_responses(item, Source::View);
}

/// The source of the responses to a bad value of a parameter.
fn source_of(parameter: &Parameter) -> Option<Source> {
    match (&parameter.parameter_in, parameter.name.as_str()) {
        (ParameterIn::Path, "id") => Some(Source::User),
        (ParameterIn::Query, "page") => Some(Source::List),
        // An invalid page size is ignored.
        (ParameterIn::Query, name) if name != "page_size" => Some(Source::Filter),
        (ParameterIn::Query | ParameterIn::Path | ParameterIn::Header | ParameterIn::Cookie, _) => None,
    }
}

/// Marks a view as one for signed-in users.
pub(super) fn protect(item: &mut PathItem) {
    for operation in operations_mut(item) {
        operation.security = Some(vec![SecurityRequirement::new("access_token", [""; 0])]);
        add_answers(operation, Source::Guard);
    }
}

/// Marks a view as one for staff.
pub(super) fn protect_for_staff(item: &mut PathItem) {
    protect(item);
    for operation in operations_mut(item) {
        operation.tags = Some(vec!["administration".to_owned()]);
        add_answers(operation, Source::Staff);
    }
}

/// Adds the responses from a source to all operations of a path.
pub(super) fn add_responses(item: &mut PathItem, source: Source) {
    for operation in operations_mut(item) {
        add_answers(operation, source);
    }
}

/// Adds the responses from a source, unless the handler documents that status itself.
fn add_answers(operation: &mut Operation, source: Source) {
    for shared in SHARED.iter().filter(|shared| shared.source == source) {
        let answer = || RefOr::Ref(Ref::from_response_name(shared.name));
        operation.responses.responses.entry(shared.status.to_owned()).or_insert_with(answer);
    }
}
