//! The responses that operations share.

use utoipa::openapi::{
    Content, HeaderBuilder, Object, OneOfBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
};

/// The source of a response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rest) enum Source {
    /// Every endpoint.
    Endpoint,
    /// The redirect to the documentation, for browsers.
    Redirect,
    /// The guard of endpoints with an access token.
    Guard,
    /// The guard of endpoints for staff.
    Staff,
    /// A user id in the path.
    User,
    /// The page number of lists.
    List,
    /// The filters of lists.
    Filter,
    /// The body parser.
    Body,
    /// The rate limit.
    Limit,
    /// Every view: its layers and the database.
    View,
}

/// A response of several operations.
pub(super) struct Shared {
    pub(super) source: Source,
    pub(super) status: &'static str,
    pub(super) name: &'static str,
    description: &'static str,
    /// The schemas of the body, of which one applies.
    bodies: &'static [&'static str],
    /// A header of the response.
    header: Option<(&'static str, &'static str)>,
}

/// All shared responses, by status.
pub(super) const SHARED: [Shared; 14] = [
    Shared::refusal(
        Source::Redirect,
        "303",
        "Documented",
        "`Accept` prefers HTML to JSON, as in browsers: redirects to this documentation.",
    )
    .with_bodies(&[])
    .with_header("Location", "The URL of this operation in the documentation."),
    Shared::refusal(
        Source::Body,
        "400",
        "BadRequest",
        "The body is malformed, or fields are missing or invalid; the response names each.",
    )
    .with_bodies(&["FieldErrors", "Refusal"]),
    Shared::refusal(Source::Filter, "400", "InvalidFilter", "A filter is invalid; the response names it.")
        .with_bodies(&["FieldErrors"]),
    Shared::refusal(
        Source::Guard,
        "401",
        "Unauthorized",
        "The access token is missing or invalid; `code` is the reason.",
    )
    .with_header("WWW-Authenticate", "How to authenticate."),
    Shared::refusal(Source::Staff, "403", "Forbidden", "The user is not staff, or the action requires a superuser."),
    Shared::refusal(Source::User, "404", "UserNotFound", "The user does not exist, or `?format=` is not `json`."),
    Shared::refusal(Source::List, "404", "PageNotFound", "The page does not exist, or `?format=` is not `json`."),
    Shared::refusal(Source::View, "404", "NotFound", "`?format=` is not `json`."),
    Shared::refusal(Source::Endpoint, "405", "MethodNotAllowed", "The method is not allowed.")
        .with_header("Allow", "The methods that there are."),
    Shared::refusal(Source::View, "406", "NotAcceptable", "`Accept` does not include JSON."),
    Shared::refusal(Source::Body, "413", "TooLarge", "The body is larger than 64 kB."),
    Shared::refusal(Source::Body, "415", "UnsupportedMediaType", "The body is not JSON, form or multipart."),
    Shared::refusal(
        Source::Limit,
        "429",
        "TooManyRequests",
        "Too many requests from this IP address, to this account or in this session.",
    )
    .with_header("Retry-After", "Seconds after which to try again."),
    Shared::refusal(
        Source::View,
        "503",
        "Unavailable",
        "The server is too busy, or its database does not answer. Nothing was changed.",
    )
    .with_header("Retry-After", "Seconds after which to try again."),
];

impl Shared {
    const fn refusal(source: Source, status: &'static str, name: &'static str, description: &'static str) -> Self {
        Self { source, status, name, description, bodies: &["Refusal"], header: None }
    }

    const fn with_bodies(self, bodies: &'static [&'static str]) -> Self {
        Self { bodies, ..self }
    }

    const fn with_header(self, name: &'static str, description: &'static str) -> Self {
        Self { header: Some((name, description)), ..self }
    }

    /// The response in the document.
    pub(super) fn response(&self) -> Response {
        let mut response = ResponseBuilder::new().description(self.description);
        let schemas: Vec<RefOr<Schema>> = self.bodies.iter().map(|name| Ref::from_schema_name(*name).into()).collect();
        if let Some(schema) = one_of(schemas) {
            response = response.content("application/json", Content::new(Some(schema)));
        }
        if let Some((name, description)) = self.header {
            let text = HeaderBuilder::new().schema(Object::with_type(Type::String));
            response = response.header(name, text.description(Some(description)).build());
        }
        response.build()
    }
}

fn one_of(mut schemas: Vec<RefOr<Schema>>) -> Option<RefOr<Schema>> {
    if schemas.len() < 2 {
        return schemas.pop();
    }
    Some(schemas.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into())
}
