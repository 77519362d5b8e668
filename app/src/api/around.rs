//! Everything that goes wrong around a call rather than in it: none of it may ever end a session, so
//! each becomes a code that the engine retries or reports.

use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

use super::sentence;
use crate::wire::{ApiError, Code};

/// An error that is all said in its code.
pub fn error(code: Code) -> ApiError {
    ApiError::new(code, sentence::of(code))
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(cause: ServerFnErrorErr) -> Self {
        let misunderstood = || Self::new(Code::Invalid, sentence::misunderstood());
        match cause {
            // In the server, what it did not understand is the form.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => misunderstood(),
            // In the browser, what was not understood is no answer of the server's: a proxy's, or the sign-in
            // page of a network.
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                error(Code::Network)
            }
            ServerFnErrorErr::Registration(_) | ServerFnErrorErr::UnsupportedRequestMethod(_) => error(Code::Outdated),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => misunderstood(),
            ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::ServerError(_) => error(Code::Internal),
        }
    }
}
