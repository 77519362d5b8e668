//! A store that wraps another one and reports every call before it forwards it: to count calls, or to pause between
//! two of them.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use hallpass_core::{
    administration::Change,
    clock::Timestamp,
    event::EventQuery,
    failures::FailedSignIns,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    paging::PageRequest,
    revocation::{Followed, Position, RevocationSet},
    session::Session,
    sessionless::{Check, Verdict},
    store::{
        AdminAction, Administration, Blacklisting, Ending, Events, Imports, Maintenance, NewPassword, NewSession,
        Progress, Refresh, Refreshed, Selection, Sessions, Store, StoreError, TokenQuery, TokenStatus, Tokens,
        UserQuery, Users, WriteError,
    },
    token::PresentedToken,
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use hallpass_types::{EventRecord, Listing, TokenRecord};
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

/// Each method reports its call and forwards it.
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

watched!(Users {
    create_user(user: NewUser) -> Result<User, WriteError>;
    find_credentials(username: &str) -> Result<Option<StoredCredentials>, StoreError>;
    find_user(user: UserId) -> Result<Option<User>, StoreError>;
    find_account(user: &UserKey) -> Result<Option<StoredCredentials>, StoreError>;
    list_users(query: UserQuery, page: PageRequest) -> Result<Option<Listing<User>>, StoreError>;
    upgrade_password(user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError>;
    set_password(new: NewPassword, ending: Ending) -> Result<bool, StoreError>;
    change_profile(user: UserId, email: Email, user_id_field: UserIdField, ending: Ending) -> Result<bool, WriteError>;
});

watched!(Sessions {
    open_session(session: NewSession) -> Result<Option<Session>, StoreError>;
    find_session(session: SessionId) -> Result<Option<Session>, StoreError>;
    list_sessions_of(user: UserId, now: Timestamp, page: PageRequest) -> Result<Option<Listing<Session>>, StoreError>;
    revoke_session(user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError>;
    revoke_sessions(selection: Selection, limit: u32, ending: Ending) -> Result<Progress, StoreError>;
    note_seen(seen: Vec<(SessionId, u32)>) -> Result<(), StoreError>;
    revocations_after(position: Position) -> Result<Followed, StoreError>;
    wait_for_revocations() -> ();
}
    fn revocations(&self) -> Arc<RevocationSet> {
        self.inner.revocations()
    }
);

watched!(Tokens {
    refresh(refresh: Refresh) -> Result<Refreshed, StoreError>;
    decide_sessionless(check: Check) -> Result<Verdict, StoreError>;
    token_status(jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError>;
    blacklist(token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError>;
    find_token(jti: Jti) -> Result<Option<TokenRecord>, StoreError>;
    list_tokens(query: TokenQuery, now: Timestamp, page: PageRequest) -> Result<Option<Listing<TokenRecord>>, StoreError>;
});

watched!(Events {
    list_events(query: EventQuery, page: PageRequest) -> Result<Option<Listing<EventRecord>>, StoreError>;
    note_failed_sign_ins(failed: Vec<FailedSignIns>) -> Result<(), StoreError>;
    flush_events(before: Timestamp, limit: u32) -> Result<Progress, StoreError>;
});

watched!(Administration {
    create_user_by(user: NewUser, action: AdminAction) -> Result<User, WriteError>;
    change_users(users: Vec<UserId>, change: Change, action: AdminAction) -> Result<Vec<User>, WriteError>;
    set_password_by(user: UserId, password: SecretString, action: AdminAction) -> Result<(), WriteError>;
    revoke_session_by(user: UserId, session: SessionId, action: AdminAction) -> Result<(), WriteError>;
    reset_sessions(user: UserId, limit: u32, action: AdminAction) -> Result<Progress, WriteError>;
    blacklist_by(jtis: Vec<Jti>, action: AdminAction) -> Result<(), WriteError>;
});

watched!(Imports {
    begin_import(import: Import) -> Result<(), StoreError>;
    import_users(users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    import_tokens(tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    reserve_user_ids(highest: i64, mode: ImportMode) -> Result<(), StoreError>;
});

watched!(Maintenance {
    flush_expired(before: Timestamp, limit: u32) -> Result<Progress, StoreError>;
    ping() -> Result<(), StoreError>;
    probe_write() -> Result<(), StoreError>;
});
