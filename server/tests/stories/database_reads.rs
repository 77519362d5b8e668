//! The way of an authenticated request is counted: every call of the database, by a store around the
//! real one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use app::auth::{
    administration::Change,
    clock::Timestamp,
    event::{Event, EventQuery},
    failures::FailedSignIns,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    paging::{Listed, PageRequest},
    revocation::{Followed, Revocation},
    session::Session,
    store::{
        Administration, Blacklisting, ChangedUser, CreateUserError, Deed, Done, Ending, Flushed, NewPassword,
        NewSession, OutstandingToken, PresentedToken, Refresh, Refreshed, Store, StoreError, TokenQuery, TokenStanding,
        UserQuery,
    },
    token::TokenType,
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use async_trait::async_trait;
use secrecy::SecretString;

use crate::actors::{Answer, World, settings};

struct Counting {
    inner: Arc<dyn Store>,
    calls: Arc<AtomicUsize>,
}

/// Each method counts and hands on.
macro_rules! counted {
    ($trait:ident { $($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $trait for Counting {
            $(async fn $name(&self, $($argument: $kind),*) -> $answer {
                self.calls.fetch_add(1, Ordering::SeqCst);
                self.inner.$name($($argument),*).await
            })*
        }
    };
}

counted!(Store {
    create_user(user: NewUser) -> Result<User, CreateUserError>;
    find_credentials(username: &str) -> Result<Option<StoredCredentials>, StoreError>;
    find_user(user: UserId) -> Result<Option<User>, StoreError>;
    upgrade_password(user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError>;
    set_password(new: NewPassword, ending: Ending) -> Result<Option<Vec<Revocation>>, StoreError>;
    change_profile(user: UserId, email: Email, naming: UserIdField, ending: Ending) -> Result<Option<ChangedUser>, StoreError>;
    open_session(session: NewSession) -> Result<Option<Session>, StoreError>;
    find_session(session: SessionId) -> Result<Option<Session>, StoreError>;
    refresh(refresh: Refresh) -> Result<Refreshed, StoreError>;
    token_standing(jti: Jti, session: Option<SessionId>) -> Result<TokenStanding, StoreError>;
    blacklist(token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError>;
    living_sessions(user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError>;
    revoke_session(user: UserId, session: SessionId, ending: Ending) -> Result<Option<Revocation>, StoreError>;
    revoke_sessions(user: UserId, keep: Option<SessionId>, ending: Ending) -> Result<Vec<Revocation>, StoreError>;
    revoke_sessions_before(user: Option<UserId>, before: Timestamp, limit: u32, ending: Ending) -> Result<Vec<Revocation>, StoreError>;
    note_seen(seen: Vec<(SessionId, u32)>) -> Result<(), StoreError>;
    revocations_after(place: i64) -> Result<Followed, StoreError>;
    wait_for_revocations() -> ();
    flush_expired(before: Timestamp, limit: u32) -> Result<Flushed, StoreError>;
    find_account(user: &UserKey) -> Result<Option<StoredCredentials>, StoreError>;
    import_users(users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    import_tokens(tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError>;
    reserve_user_numbers(highest: i64, mode: ImportMode) -> Result<(), StoreError>;
    ping() -> Result<(), StoreError>;
});

counted!(Administration {
    list_users(query: UserQuery, page: PageRequest) -> Result<Option<Listed<User>>, StoreError>;
    create_user_by(user: NewUser, deed: Deed) -> Done<User>;
    change_user(user: UserId, change: Change, deed: Deed) -> Done<ChangedUser>;
    change_users(users: Vec<UserId>, change: Change, deed: Deed) -> Done<Vec<ChangedUser>>;
    set_password_by(user: UserId, password: SecretString, deed: Deed) -> Done<Vec<Revocation>>;
    list_sessions_of(user: UserId, now: Timestamp, page: PageRequest) -> Result<Option<Listed<Session>>, StoreError>;
    end_session_by(user: UserId, session: SessionId, deed: Deed) -> Done<Revocation>;
    reset_sessions(user: UserId, deed: Deed) -> Done<Vec<Revocation>>;
    list_tokens(query: TokenQuery, page: PageRequest) -> Result<Option<Listed<OutstandingToken>>, StoreError>;
    find_token(jti: Jti) -> Result<Option<OutstandingToken>, StoreError>;
    blacklist_by(jtis: Vec<Jti>, deed: Deed) -> Done<Vec<Revocation>>;
    list_events(query: EventQuery, page: PageRequest) -> Result<Option<Listed<Event>>, StoreError>;
    note_failed_sign_ins(failed: Vec<FailedSignIns>) -> Result<(), StoreError>;
    flush_events(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
});

async fn world() -> (World, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let world = World::on(settings(), move |inner| Arc::new(Counting { inner, calls: counter })).await;
    (world, calls)
}

#[tokio::test]
async fn an_authenticated_request_reads_nothing_from_the_database_to_be_authenticated() {
    let (world, calls) = world().await;
    let ada = world.signed_in("ada").await;
    calls.store(0, Ordering::SeqCst);
    let header = format!("Bearer {}", ada.access);
    for _ in 0..100 {
        let bearer = world.auth.authenticate_headers(&["Bearer"], [header.as_bytes()], &[TokenType::Access]).await;
        assert!(bearer.is_ok());
    }
    // The guard of a protected endpoint, and nothing behind it.
    let guarded = ada.send("OPTIONS", "/api/me/", serde_json::Value::Null).await;
    assert_eq!((guarded.status, calls.load(Ordering::SeqCst)), (200, 0));
    // One call is the endpoint's own.
    assert_eq!(ada.see("/api/sessions/").await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_ended_session_is_refused_on_the_very_next_request_without_a_read() {
    let (world, calls) = world().await;
    let (here, there) = (world.signed_in("ada").await, world.sign_in("ada").await);
    let session = there.me().await.body["session"]["id"].as_str().expect("a session").to_owned();
    let ended = here.send("DELETE", &format!("/api/sessions/{session}/"), serde_json::Value::Null).await;
    assert_eq!(ended.status, 204);
    calls.store(0, Ordering::SeqCst);
    let refused: Answer = there.me().await;
    refused.is_bad_access("Token is blacklisted");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}
