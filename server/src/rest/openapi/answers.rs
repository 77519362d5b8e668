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
    Page,
    /// The guard of endpoints with an access token.
    Guard,
    /// The guard of endpoints for staff.
    Staff,
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
pub(super) const SHARED: [Shared; 11] = [
    Shared {
        source: Source::Page,
        status: "303",
        name: "Documented",
        description: "`Accept` prefers HTML to JSON, as in browsers: redirects to this documentation.",
        bodies: &[],
        header: Some(("Location", "The URL of this operation in the documentation.")),
    },
    Shared {
        source: Source::Body,
        status: "400",
        name: "BadRequest",
        description: "The body is malformed, or fields are missing or invalid; the response names each.",
        bodies: &["FieldErrors", "Refusal"],
        header: None,
    },
    Shared {
        source: Source::Guard,
        status: "401",
        name: "Unauthorized",
        description: "The access token is missing or invalid; `code` is the reason.",
        bodies: &["Refusal"],
        header: Some(("WWW-Authenticate", "How to authenticate.")),
    },
    Shared {
        source: Source::Staff,
        status: "403",
        name: "Forbidden",
        description: "The user is not staff, or the action requires a superuser.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::View,
        status: "404",
        name: "NotFound",
        description: "`?format=` is not `json`.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Endpoint,
        status: "405",
        name: "MethodNotAllowed",
        description: "The method is not allowed.",
        bodies: &["Refusal"],
        header: Some(("Allow", "The methods that there are.")),
    },
    Shared {
        source: Source::View,
        status: "406",
        name: "NotAcceptable",
        description: "`Accept` does not include JSON.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Body,
        status: "413",
        name: "TooLarge",
        description: "The body is larger than 64 kB.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Body,
        status: "415",
        name: "UnsupportedMediaType",
        description: "The body is not JSON, form or multipart.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Limit,
        status: "429",
        name: "TooManyRequests",
        description: "Too many requests from this IP address, to this account or in this session.",
        bodies: &["Refusal"],
        header: Some(("Retry-After", "Seconds after which to try again.")),
    },
    Shared {
        source: Source::View,
        status: "503",
        name: "Unavailable",
        description: "The server is too busy, or its database does not answer. Nothing was changed.",
        bodies: &["Refusal"],
        header: Some(("Retry-After", "Seconds after which to try again.")),
    },
];

impl Shared {
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
