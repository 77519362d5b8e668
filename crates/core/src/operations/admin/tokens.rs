//! `list_tokens`, `blacklist_by`, `blacklist_all_by`: refresh tokens by `jti`, never as text.

use hallpass_types::{Listing, TokenRecord};

use super::{Administrator, distinct};
use crate::{Auth, Error, id::Jti, paging::PageRequest, session::Origin, store::TokenQuery};

impl Auth {
    /// A page of outstanding tokens; `None` when it does not exist.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_tokens(
        &self,
        _by: &Administrator,
        query: TokenQuery,
        page: PageRequest,
    ) -> Result<Option<Listing<TokenRecord>>, Error> {
        Ok(self.store.list_tokens(query, self.clock.now(), page).await?)
    }

    /// Blacklists a token and revokes its session, even if it was spent before.
    ///
    /// # Errors
    /// `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn blacklist_by(&self, by: &Administrator, jti: &str, origin: &Origin) -> Result<TokenRecord, Error> {
        let records = self.blacklist_all_by(by, &[jti.to_owned()], origin).await?;
        records.into_iter().next().ok_or(Error::NotFound)
    }

    /// Blacklists up to 100 tokens and revokes their sessions, even if they were spent before. If one is rejected, none
    /// is changed.
    ///
    /// # Errors
    /// `Invalid` when there are more, `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn blacklist_all_by(
        &self,
        by: &Administrator,
        jtis: &[String],
        origin: &Origin,
    ) -> Result<Vec<TokenRecord>, Error> {
        let jtis = distinct("jtis", jtis, |jti| Ok(Jti::from_text(jti)))?;
        self.store.blacklist_by(jtis.clone(), self.action(by, origin)).await?;
        let mut records = Vec::with_capacity(jtis.len());
        for jti in jtis {
            records.push(self.store.find_token(jti).await?.ok_or(Error::NotFound)?);
        }
        Ok(records)
    }
}
