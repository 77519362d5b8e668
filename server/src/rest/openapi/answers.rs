//! The answers that come from around handlers, each said once.

use utoipa::openapi::{
    Content, HeaderBuilder, Object, OneOfBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
};

/// Where an answer comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Every endpoint.
    Endpoint,
    /// The way to the documentation, which there is where a browser reads.
    Page,
    /// The guard of what wants an access token.
    Guard,
    /// The guard of what is for staff.
    Staff,
    /// The reader of bodies.
    Body,
    /// What counts how often something is asked.
    Limit,
    /// What every view has: its layers, and the database behind it.
    View,
}

/// An answer that several operations give.
pub(super) struct Shared {
    pub(super) source: Source,
    pub(super) status: &'static str,
    pub(super) name: &'static str,
    description: &'static str,
    /// Its body, by the names of schemas; one of them.
    bodies: &'static [&'static str],
    /// A header that belongs to it.
    header: Option<(&'static str, &'static str)>,
}

/// All of them, by status.
pub(super) const SHARED: [Shared; 11] = [
    Shared {
        source: Source::Page,
        status: "303",
        name: "Documented",
        description: "`Accept` prefers a page to JSON, as a browser's does: the way to this documentation.",
        bodies: &[],
        header: Some(("Location", "This operation on the page of the documentation.")),
    },
    Shared {
        source: Source::Body,
        status: "400",
        name: "BadRequest",
        description: "The body is malformed, or fields are missing or wrong; each wrong one is named.",
        bodies: &["FieldErrors", "Refusal"],
        header: None,
    },
    Shared {
        source: Source::Guard,
        status: "401",
        name: "Unauthorized",
        description: "There is no access token, or it is not good; `code` tells why.",
        bodies: &["Refusal"],
        header: Some(("WWW-Authenticate", "How to authenticate.")),
    },
    Shared {
        source: Source::Staff,
        status: "403",
        name: "Forbidden",
        description: "The bearer is not staff, or the deed takes a superuser.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::View,
        status: "404",
        name: "NotFound",
        description: "`?format=` asks for another format than `json`.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Endpoint,
        status: "405",
        name: "MethodNotAllowed",
        description: "The method is another.",
        bodies: &["Refusal"],
        header: Some(("Allow", "The methods that there are.")),
    },
    Shared {
        source: Source::View,
        status: "406",
        name: "NotAcceptable",
        description: "`Accept` takes no JSON.",
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
        description: "The body is of another kind than JSON, form and multipart.",
        bodies: &["Refusal"],
        header: None,
    },
    Shared {
        source: Source::Limit,
        status: "429",
        name: "TooManyRequests",
        description: "That was too often in too short a time, for the address, the account or the session.",
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
    /// As it stands in the document.
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
