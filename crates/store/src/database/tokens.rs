//! The store of refresh tokens.

use std::sync::Arc;

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId},
    paging::PageRequest,
    sessionless::{Check, Verdict},
    store::{Blacklisting, Ending, Refresh, Refreshed, StoreError, TokenQuery, TokenStatus, Tokens},
    token::PresentedToken,
};
use hallpass_types::{Listing, TokenRecord};

use super::Database;
use crate::{
    tables::{outstanding, refresh, sessionless},
    work::{failure, work},
};

#[async_trait]
impl Tokens for Database {
    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer().refresh(refresh).await.map_err(failure),
            Self::Postgres(_) => {
                let refresh = Arc::new(refresh);
                self.write(work!(|c, unlocked| refresh::refresh(c, unlocked, &refresh))).await
            }
        }
    }

    async fn decide_sessionless(&self, check: Check) -> Result<Verdict, StoreError> {
        self.read(work!(|c| sessionless::decide(c, &check))).await
    }

    async fn token_status(&self, jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError> {
        self.read(work!(|c| outstanding::status(c, &jti, session))).await
    }

    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError> {
        self.write(work!(|c, unlocked| refresh::blacklist(c, unlocked, &token, &ending))).await
    }

    async fn find_token(&self, jti: Jti) -> Result<Option<TokenRecord>, StoreError> {
        self.read(work!(|c| outstanding::describe(c, &jti))).await
    }

    async fn list_tokens(
        &self,
        query: TokenQuery,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<TokenRecord>>, StoreError> {
        self.snapshot(work!(|c| outstanding::list(c, &query, now, page))).await
    }
}
