//! A store around another one, which tells of every call before it hands it on: to count the calls, or to stop
//! between two of them.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use hallpass_core::{
    administration::Change,
    clock::Timestamp,
    event::{Event, EventQuery},
    failures::FailedSignIns,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    paging::{Listed, PageRequest},
    revocation::{Followed, Position, RevocationSet},
    session::Session,
    sessionless::{Question, Verdict},
    store::{
        Administration, Blacklisting, CreateUserError, Deed, Done, Ending, Flushed, NewPassword, NewSession,
        OutstandingToken, PresentedToken, ProfileChange, Refresh, Refreshed, Selection, Store, StoreError, Swept,
        TokenQuery, TokenStatus, UserQuery,
    },
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use secrecy::SecretString;

type Before = dyn Fn(&'static str) -> BoxFuture<'static, ()> + Send + Sync;

pub(crate) struct WatchedStore {
    inner: Arc<dyn Store>,
    before: Box<Before>,
}

impl WatchedStore {
    /// Awaits `before`, with the name of the method, before each call.
    pub(crate) fn around(
        inner: Arc<dyn Store>,
        before: impl Fn(&'static str) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Arc<dyn Store> {
        Arc::new(Self { inner, before: Box::new(before) })
    }
}

/// Each method tells of its call and hands it on.
macro_rules! watched {
    ($trait:ident { $($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)* } $($rest:item)*) => {
        #[async_trait]
        impl $trait for WatchedStore {
            $($rest)*

            $(async fn $name(&self, $($argument: $kind),*) -> $answer {
                (self.before)(stringify!($name)).await;
                self.inner.$name($($argument),*).await
            })*
        }
    };
}

watched!(Store {
    create_user(user: NewUser) -> Result<User, CreateUserError>;
    find_credentials(username: &str) -> Result<Option<StoredCredentials>, StoreError>;
    find_user(user: UserId) -> Result<Option<User>, StoreError>;
    upgrade_password(user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError>;
    set_password(new: NewPassword, ending: Ending) -> Result<bool, StoreError>;
    change_profile(user: UserId, email: Email, naming: UserIdField, ending: Ending) -> Result<ProfileChange, StoreError>;
    open_session(session: NewSession) -> Result<Option<Session>, StoreError>;
    find_session(session: SessionId) -> Result<Option<Session>, StoreError>;
    refresh(refresh: Refresh) -> Result<Refreshed, StoreError>;
    token_status(jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError>;
    blacklist(token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError>;
    revoke_session(user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError>;
    revoke_sessions(selection: Selection, limit: u32, ending: Ending) -> Result<Swept, StoreError>;
    note_seen(seen: Vec<(SessionId, u32)>) -> Result<(), StoreError>;
    revocations_after(position: Position) -> Result<Followed, StoreError>;
    wait_for_revocations() -> ();
    flush_expired(before: Timestamp, limit: u32) -> Result<Flushed, StoreError>;
    find_account(user: &UserKey) -> Result<Option<StoredCredentials>, StoreError>;
    judge(question: Question) -> Result<Verdict, StoreError>;
    begin_import(import: Import) -> Result<(), StoreError>;
    import_users(users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    import_tokens(tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    reserve_user_ids(highest: i64, mode: ImportMode) -> Result<(), StoreError>;
    ping() -> Result<(), StoreError>;
    probe_write() -> Result<(), StoreError>;
}
    fn revocations(&self) -> Arc<RevocationSet> {
        self.inner.revocations()
    }
);

watched!(Administration {
    list_users(query: UserQuery, page: PageRequest) -> Result<Option<Listed<User>>, StoreError>;
    create_user_by(user: NewUser, deed: Deed) -> Done<User>;
    change_user(user: UserId, change: Change, deed: Deed) -> Done<User>;
    change_users(users: Vec<UserId>, change: Change, deed: Deed) -> Done<Vec<User>>;
    set_password_by(user: UserId, password: SecretString, deed: Deed) -> Done<()>;
    list_sessions_of(user: UserId, now: Timestamp, page: PageRequest) -> Result<Option<Listed<Session>>, StoreError>;
    end_session_by(user: UserId, session: SessionId, deed: Deed) -> Done<()>;
    reset_sessions(user: UserId, limit: u32, deed: Deed) -> Done<Swept>;
    list_tokens(query: TokenQuery, page: PageRequest) -> Result<Option<Listed<OutstandingToken>>, StoreError>;
    find_token(jti: Jti) -> Result<Option<OutstandingToken>, StoreError>;
    blacklist_by(jtis: Vec<Jti>, deed: Deed) -> Done<()>;
    list_events(query: EventQuery, page: PageRequest) -> Result<Option<Listed<Event>>, StoreError>;
    note_failed_sign_ins(failed: Vec<FailedSignIns>) -> Result<(), StoreError>;
    flush_events(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
});
