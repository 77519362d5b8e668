//! The server as the engine sees it: server functions, and what their errors mean for a session.

use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture, TryFutureExt};
use hallpass_leptos::{EngineConfig, RefreshApi, RefreshError, Rejection};
use hallpass_types::{Secret, TokenPair};
use web_sys::window;

use crate::api::{ApiError, Code, account, session};

/// The server functions.
pub(super) struct ServerFunctions;

impl RefreshApi for ServerFunctions {
    fn refresh(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<TokenPair, RefreshError>> {
        session::refresh(refresh).map_err(refresh_error).boxed_local()
    }

    fn revoke(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<(), RefreshError>> {
        session::blacklist(refresh).map_err(refresh_error).boxed_local()
    }

    fn is_staff(&self) -> LocalBoxFuture<'static, Option<bool>> {
        account::me().map(|me| Some(me.ok()?.is_staff)).boxed_local()
    }
}

/// The engine's configuration. The grace is on the document, as the server rendered it; zero by default.
pub(super) fn config() -> EngineConfig {
    let root = window().and_then(|window| window.document()).and_then(|document| document.document_element());
    let seconds = root.and_then(|root| root.get_attribute("data-reuse-grace")).and_then(|text| text.parse().ok());
    EngineConfig { grace: Duration::from_secs(seconds.unwrap_or(0)), ..EngineConfig::default() }
}

/// The effect of a failed call on the session. Only an error in the server's own format is a rejection.
fn refresh_error(error: ApiError) -> RefreshError {
    match error.code {
        Code::TokenNotValid => RefreshError::Rejected(Rejection::Lost),
        Code::UserInactive => RefreshError::Rejected(Rejection::Inactive),
        Code::SessionEnded => RefreshError::Rejected(Rejection::Ended(error.ended)),
        Code::Invalid
        | Code::NoActiveAccount
        | Code::Forbidden
        | Code::NotFound
        | Code::RegistrationClosed
        | Code::TooManyRequests
        | Code::Unavailable
        | Code::Network
        | Code::Outdated
        | Code::Internal => RefreshError::Retry(error.retry_after),
    }
}

#[cfg(test)]
mod tests {
    use hallpass_leptos::{RefreshError, Rejection};

    use super::refresh_error;
    use crate::api::{ApiError, Code};

    #[test]
    fn only_an_error_in_the_servers_format_ends_a_session() {
        let retried = [
            Code::Invalid,
            Code::NoActiveAccount,
            Code::Forbidden,
            Code::NotFound,
            Code::RegistrationClosed,
            Code::TooManyRequests,
            Code::Unavailable,
            Code::Network,
            Code::Outdated,
            Code::Internal,
        ];
        for code in retried {
            assert_eq!(refresh_error(ApiError::new(code, "")), RefreshError::Retry(None), "{code:?}");
        }
        let lost = refresh_error(ApiError::new(Code::TokenNotValid, ""));
        assert_eq!(lost, RefreshError::Rejected(Rejection::Lost));
    }
}
