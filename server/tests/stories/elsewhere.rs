//! An in-memory source database for imports.

use async_trait::async_trait;
use hallpass_core::import::{ForeignToken, ForeignUser, Page, Source, SourceError};
use secrecy::SecretString;

#[derive(Clone, Default)]
pub(crate) struct Elsewhere {
    pub(crate) users: Vec<ForeignUser>,
    pub(crate) tokens: Vec<ForeignToken>,
}

/// The rows after so many others, which are this source's pages.
fn page<T: Clone>(rows: &[T], after: i64, limit: u16) -> Page<T> {
    let (after, limit) = (usize::try_from(after).unwrap_or(0), usize::from(limit));
    let page: Vec<_> = rows.iter().skip(after).take(limit).cloned().map(Ok).collect();
    let end = after + page.len();
    Page { rows: page, next: (end < rows.len()).then(|| i64::try_from(end).expect("a short list")) }
}

#[async_trait]
impl Source for Elsewhere {
    async fn users(&mut self, after: i64, limit: u16) -> Result<Page<ForeignUser>, SourceError> {
        Ok(page(&self.users, after, limit))
    }

    async fn tokens(&mut self, after: i64, limit: u16) -> Result<Page<ForeignToken>, SourceError> {
        Ok(page(&self.tokens, after, limit))
    }

    async fn highest_user_id(&mut self) -> Result<Option<i64>, SourceError> {
        Ok(self.users.iter().map(|user| user.id.0).max())
    }

    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError> {
        Ok(None)
    }
}
