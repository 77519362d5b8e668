//! The engine's tokens for authenticated calls. A call belongs to the session that the page showed when it began;
//! another user's sign-in in between does not send it.

use futures::future::{FutureExt, LocalBoxFuture};

use crate::{
    client::{Access, Bearer, TokenSource},
    engine,
    outcome::Outcome,
};

/// The token source of a started engine.
pub(crate) struct EngineTokens;

impl TokenSource for EngineTokens {
    fn access(&self) -> LocalBoxFuture<'static, Access> {
        async {
            match engine::stored_pair().filter(|pair| engine::shows(&pair.sid)) {
                Some(pair) if engine::is_access_valid(&pair) => {
                    Access::Token(Bearer { sid: pair.sid, access: pair.access })
                }
                Some(pair) => access_after(engine::renew().await, || bearer_of(&pair.sid)),
                None => signed_out(),
            }
        }
        .boxed_local()
    }

    fn renew(&self, refused: Bearer) -> LocalBoxFuture<'static, Access> {
        async move {
            let newer = || bearer_of(&refused.sid).filter(|bearer| bearer.access != refused.access);
            if let Some(bearer) = newer() {
                return Access::Token(bearer);
            }
            let Some(pair) = engine::stored_pair().filter(|pair| pair.sid == refused.sid) else { return signed_out() };
            let outcome = engine::renew().await;
            // The server rejected both tokens of the pair: the session is over.
            if let Outcome::Rejected(rejection) = &outcome
                && engine::end(&pair, rejection.clone())
            {
                return signed_out();
            }
            access_after(outcome, newer)
        }
        .boxed_local()
    }
}

/// The token for a call after a refresh.
fn access_after(outcome: Outcome, renewed: impl FnOnce() -> Option<Bearer>) -> Access {
    match outcome {
        Outcome::Renewed(_) | Outcome::Superseded => renewed().map_or_else(signed_out, Access::Token),
        Outcome::Retry(_) => Access::Unreachable,
        Outcome::Rejected(_) | Outcome::SignedOut => Access::SignedOut,
    }
}

/// The session of a call is gone. The page may not have noticed yet.
fn signed_out() -> Access {
    engine::wake();
    Access::SignedOut
}

/// The stored access token, if it belongs to this session.
fn bearer_of(sid: &str) -> Option<Bearer> {
    engine::stored_pair().filter(|pair| pair.sid == sid).map(|pair| Bearer { sid: pair.sid, access: pair.access })
}
