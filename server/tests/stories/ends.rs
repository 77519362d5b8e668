//! The end of a session revokes its latest access token, and takes effect with the commit.

use std::{sync::Arc, time::Duration};

use futures::poll;
use hallpass_core::{
    Error,
    admin::{Activation, Administrator},
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode},
    session::Origin,
    store::{AdminAction, Ending, NewPassword, Selection, Store, StoreError, WriteError},
    token::{PresentedToken, TokenType},
    user::{Role, UserIdField},
};
use hallpass_types::EndReason;
use serde_json::json;

use crate::{
    actors::{Actor, Direct, World, claims, foreign},
    patience::until,
};

fn text(token: &str, claim: &str) -> String {
    claims(token)[claim].as_str().expect("text").to_owned()
}

/// Every operation that ends sessions of the user with id 2.
#[derive(Clone, Copy, Debug)]
enum End {
    SignOut,
    One,
    Others,
    Password,
    Deactivation,
    Reset,
    Blacklist,
    Operator,
}

const ENDS: [End; 8] =
    [End::SignOut, End::One, End::Others, End::Password, End::Deactivation, End::Reset, End::Blacklist, End::Operator];

async fn end(how: End, ada: &Actor<'_>, other: &Actor<'_>, root: &Administrator) -> Result<(), Error> {
    let (auth, origin, id) = (&ada.world.auth, Origin::default(), UserId(2));
    let bearer = auth.authenticate(&other.access, &[TokenType::Access]).await?;
    match how {
        End::SignOut => auth.blacklist(&ada.refresh, origin).await,
        End::One => auth.revoke_session(&bearer, &text(&ada.access, "sid"), &origin).await,
        End::Others => auth.revoke_other_sessions(&bearer, &origin).await,
        End::Password => auth.set_password("ada", "seven copper lanterns drift upstream".into()).await.map(drop),
        End::Deactivation => {
            let activation = Activation { ids: vec!["2".to_owned()], is_active: false };
            auth.set_active_by(root, &activation, &origin).await.map(drop)
        }
        End::Reset => auth.reset_sessions(root, id, &origin).await,
        End::Blacklist => auth.blacklist_by(root, &text(&ada.refresh, "jti"), &origin).await.map(drop),
        End::Operator => auth.revoke_sessions_before(None, None).await.map(drop),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_waits_for_a_refresh_revokes_the_refreshed_access_token() {
    for how in ENDS {
        let world = World::new().await;
        let root = world.administrator("root", Role::Superuser).await;
        let bearer = world.auth.authenticate(&root.access, &[TokenType::Access]).await.expect("a bearer");
        let root = world.auth.authorize_staff(&bearer).await.expect("an administrator");
        let (ada, other) = (world.signed_in("ada").await, world.sign_in("ada").await);
        let late = json!({
            "token_type": "access", "user_id": "2", "jti": "late", "sid": text(&ada.access, "sid"), "gen": 0,
            "iat": world.now(), "exp": world.now() + 500,
        });
        // A refresh that has issued a token but has not committed.
        let mut refreshing = Direct::connect(&world.database).await;
        refreshing.begin().await;
        refreshing.execute("UPDATE sessions SET access_expires_at = access_expires_at + 1000000").await;
        let commit = async {
            if let Direct::Postgres(_) = refreshing {
                until("the end waits for the refresh", async || {
                    let waiting = "SELECT '', count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
                    Direct::connect(&world.database).await.pairs(waiting).await[0].1 > 0
                })
                .await;
            }
            refreshing.execute("COMMIT").await;
        };
        let (ended, ()) = tokio::join!(end(how, &ada, &other, &root), commit);
        ended.expect("an end");
        // The access token from before the refresh has expired by now.
        world.pass(Duration::from_secs(400));
        let restarted = world.restarted(crate::actors::settings()).await;
        for auth in [&world.auth, &restarted] {
            auth.write_seen().await.expect("nothing to write");
            let answer = auth.authenticate(&foreign(&late), &[TokenType::Access]).await;
            assert!(answer.is_err(), "{how:?}: an access token of an ended session is accepted");
        }
    }
}

#[tokio::test]
async fn a_session_end_takes_effect_although_its_client_disconnects() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    {
        let mut asked = Box::pin(world.auth.blacklist(&ada.refresh, Origin::default()));
        assert!(poll!(&mut asked).is_pending(), "the write is in progress");
    }
    until("the access token is refused", async || ada.me().await.status == 401).await;
}

/// The store's operations that end a session of the user with id 1.
#[tokio::test]
async fn every_commit_that_ends_sessions_updates_the_revocation_set() {
    for step in 0..9 {
        let world = World::new().await;
        let user = imported(&world).await;
        let root = world.user("root").await.id;
        world.sql("UPDATE users SET is_superuser = TRUE, is_staff = TRUE WHERE username = 'root'").await;
        let store = world.another_store().await;
        let pair = world.auth.open_session(&user, Origin::default()).await.expect("a session");
        let (access, refresh) = (pair.access.expose(), pair.refresh.expect("a refresh token"));
        let session = SessionId::parse(&text(access, "sid")).expect("a session");
        let jti = Jti::from_text(text(refresh.expose(), "jti"));
        perform(step, &world, &store, root, session, jti).await;
        assert!(store.revocations().find(session).is_some(), "step {step} is not known");
    }
}

async fn imported(world: &World) -> hallpass_core::user::User {
    let import = Import {
        mode: ImportMode::Commit,
        user_id_field: UserIdField::Id,
        ending: ending(world, EndReason::PasswordChanged),
    };
    let store = world.another_store().await;
    store.import_users(vec![foreign_user("a hash")], import).await.expect("an import");
    store.find_user(UserId(900)).await.expect("an answer").expect("the user")
}

fn foreign_user(password: &str) -> ForeignUser {
    ForeignUser {
        id: UserId(900),
        username: "ada".to_owned(),
        email: String::new(),
        password: password.into(),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        date_joined: None,
        last_login: None,
    }
}

fn ending(world: &World, reason: EndReason) -> Ending {
    let now = Timestamp::from_seconds(world.now());
    Ending { reason, now, origin: Origin::default(), leeway: Duration::ZERO, actor: None }
}

fn store_error(error: WriteError) -> StoreError {
    match error {
        WriteError::Store(error) => error,
        WriteError::Denied(denial) => panic!("{denial:?}"),
    }
}

async fn perform(step: usize, world: &World, store: &Arc<dyn Store>, root: UserId, session: SessionId, jti: Jti) {
    let user = UserId(900);
    let ending = ending(world, EndReason::Revoked);
    let (now, origin) = (ending.now, Origin::default());
    let action = AdminAction { actor: root, now, origin, leeway: Duration::ZERO, user_id_field: UserIdField::Id };
    match step {
        0 => {
            let presented =
                PresentedToken { jti, user: None, session: Some((session, 0)), issued_at: Some(now), expires_at: now };
            store.blacklist(presented, ending).await.map(drop)
        }
        1 => store.revoke_session(user, session, ending).await.map(drop),
        2 => store.revoke_sessions(Selection::default(), 10, ending).await.map(drop),
        3 => {
            let new = NewPassword { user, hash: "another hash".into(), checked: None, keep: None };
            store.set_password(new, ending).await.map(drop)
        }
        4 => {
            let change = hallpass_core::administration::Change { is_active: Some(false), ..Default::default() };
            store.change_users(vec![user], change, action).await.map(drop).map_err(store_error)
        }
        5 => store.reset_sessions(user, 10, action).await.map(drop).map_err(store_error),
        6 => store.blacklist_by(vec![jti], action).await.map_err(store_error),
        7 => {
            let import = Import { mode: ImportMode::Commit, user_id_field: UserIdField::Id, ending };
            store.import_users(vec![foreign_user("a hash of later")], import).await.map(drop)
        }
        _ => {
            let (user, created_at, blacklisted_at) = (Some(user), Some(now), Some(now));
            let token = ForeignToken { jti, user, created_at, expires_at: now, blacklisted_at };
            store
                .import_tokens(vec![token], Import { mode: ImportMode::Commit, user_id_field: UserIdField::Id, ending })
                .await
                .map(drop)
        }
    }
    .expect("an answer");
}
