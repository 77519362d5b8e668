//! The store of refresh tokens.

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId},
    paging::PageRequest,
    sessionless::{Question, Verdict},
    store::{
        Blacklisting, Ending, OutstandingToken, PresentedToken, Refresh, Refreshed, StoreError, TokenQuery,
        TokenStatus, Tokens,
    },
};
use hallpass_types::Listing;

use super::Database;
use crate::{
    backend::work,
    tables::{outstanding, refresh, sessionless},
};

#[async_trait]
impl Tokens for Database {
    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.backend.refresh(refresh).await
    }

    async fn judge(&self, question: Question) -> Result<Verdict, StoreError> {
        self.backend.read(work!(|c| sessionless::judge(c, &question).await)).await
    }

    async fn token_status(&self, jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError> {
        self.backend.read(work!(|c| outstanding::status(c, &jti, session).await)).await
    }

    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError> {
        self.backend.write(work!(|c, unlocked| refresh::blacklist(c, unlocked, &token, &ending).await)).await
    }

    async fn find_token(&self, jti: Jti) -> Result<Option<OutstandingToken>, StoreError> {
        self.backend.read(work!(|c| outstanding::describe(c, &jti).await)).await
    }

    async fn list_tokens(
        &self,
        query: TokenQuery,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<OutstandingToken>>, StoreError> {
        self.backend.snapshot(work!(|c| outstanding::list(c, &query, now, page).await)).await
    }
}
