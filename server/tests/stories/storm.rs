//! Every pair of operations at once on the same user and the same sessions. No deadlock, no 503, and no access token
//! outlives the end of its session.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use hallpass_core::{
    Error,
    admin::{Activation, Administrator},
    authenticate::Bearer,
    clock::Timestamp,
    id::{Jti, UserId},
    import::{ForeignToken, ForeignUser, ImportError, ImportMode},
    session::Origin,
    settings::Settings,
    token::TokenType,
    user::{Role, User},
};
use hallpass_types::TokenPair;
use serde_json::json;

use crate::{
    actors::{Direct, World, claims, foreign, settings},
    cluster,
    elsewhere::Elsewhere,
};

/// Rounds per pair. Few by default; more for a longer storm.
const ROUNDS: &str = "HALLPASS_STORM_ROUNDS";

/// The sessions of a user at the beginning of a storm.
const SESSIONS: usize = 3;

/// The number of concurrent callers per operation.
const CALLERS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    SignIn,
    Refresh,
    RefreshForeign,
    Use,
    SignOut,
    EndOne,
    EndOthers,
    EndAll,
    EndEverybody,
    ChangePassword,
    Deactivate,
    Rename,
    BlacklistTokens,
    Import,
    Flush,
}

pub(crate) const OPERATIONS: [Operation; 15] = [
    Operation::SignIn,
    Operation::Refresh,
    Operation::RefreshForeign,
    Operation::Use,
    Operation::SignOut,
    Operation::EndOne,
    Operation::EndOthers,
    Operation::EndAll,
    Operation::EndEverybody,
    Operation::ChangePassword,
    Operation::Deactivate,
    Operation::Rename,
    Operation::BlacklistTokens,
    Operation::Import,
    Operation::Flush,
];

/// A user in the storm.
pub(crate) struct Storm<'w> {
    world: &'w World,
    root: &'w Administrator,
    user: User,
    pairs: Vec<Mutex<TokenPair>>,
    /// The expiry of the last access token of each session.
    issued: Mutex<HashMap<String, i64>>,
    /// The issued refresh tokens, by `jti`.
    refreshable: Mutex<Vec<String>>,
    /// The sessions whose end was acknowledged.
    ended: Mutex<Vec<String>>,
    turn: AtomicUsize,
}

impl<'w> Storm<'w> {
    /// Imports a user and opens its sessions.
    pub(crate) async fn begin(world: &'w World, root: &'w Administrator, id: i64) -> Storm<'w> {
        let mut storm = Storm {
            world,
            root,
            user: User {
                id: UserId(id),
                username: format!("user{id}"),
                email: String::new(),
                is_active: true,
                is_staff: false,
                is_superuser: false,
                date_joined: Timestamp::from_seconds(0),
                last_login: None,
            },
            pairs: Vec::new(),
            issued: Mutex::default(),
            refreshable: Mutex::default(),
            ended: Mutex::default(),
            turn: AtomicUsize::new(0),
        };
        storm.import(0).await.expect("an import");
        for _ in 0..SESSIONS {
            let pair = storm.open().await.expect("a session");
            storm.pairs.push(Mutex::new(pair));
        }
        // Expired rows for a flush to delete while their sessions end.
        world
            .sql(
                "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
                 SELECT 'old ' || id, id, user_id, 0, 0, 1 FROM sessions WHERE revoked_at IS NULL
                 ON CONFLICT (jti) DO NOTHING",
            )
            .await;
        storm
    }

    async fn open(&self) -> Result<TokenPair, Error> {
        let pair = self.world.auth.open_session(&self.user, Origin::default()).await?;
        self.note(&pair);
        Ok(pair)
    }

    fn note(&self, pair: &TokenPair) {
        let access = pair.access.expose();
        let exp = claims(access)["exp"].as_i64().expect("an end");
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let last = issued.entry(text_of(access, "sid")).or_default();
        *last = exp.max(*last);
        let refresh = pair.refresh.as_ref().expect("a refresh token").expose();
        add(&self.refreshable, text_of(refresh, "jti"));
    }

    fn pair(&self, number: usize) -> TokenPair {
        self.pairs[number % SESSIONS].lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, number: usize, pair: TokenPair) {
        *self.pairs[number % SESSIONS].lock().unwrap_or_else(PoisonError::into_inner) = pair;
    }

    /// The user, authenticated by a token without a session.
    async fn bearer(&self) -> Result<Bearer, Error> {
        let now = self.world.now();
        let token = foreign(&json!({ "token_type": "access", "user_id": self.user.id.to_string(), "jti": "x",
            "iat": now, "exp": now + 60 }));
        self.world.auth.authenticate(&token, &[TokenType::Access]).await
    }

    /// The `jti` of a foreign token that is known by an import, or unknown.
    fn foreign_jti(&self, number: usize) -> String {
        format!("foreign {} {}", self.user.id, number % 8)
    }

    async fn import(&self, turn: usize) -> Result<(), Error> {
        let now = Timestamp::from_seconds(self.world.now());
        let token = |number: usize| ForeignToken {
            jti: Jti::from_text(self.foreign_jti(number)),
            user: Some(self.user.id),
            created_at: Some(now),
            expires_at: now + Duration::from_hours(1),
            blacklisted_at: (turn % 2 == 1 && number % 2 == 1).then_some(now),
        };
        let user = ForeignUser {
            id: self.user.id,
            username: self.user.username.clone(),
            email: String::new(),
            password: format!("a hash of turn {turn}").into(),
            is_active: turn % 3 != 2,
            is_staff: false,
            is_superuser: false,
            date_joined: None,
            last_login: None,
        };
        let mut elsewhere = Elsewhere { users: vec![user], tokens: (0..8).map(token).collect() };
        match self.world.auth.import(&mut elsewhere, ImportMode::Commit).await {
            Ok(_) => Ok(()),
            Err(ImportError::Store(cause)) => Err(cause.into()),
            Err(error) => panic!("the import failed: {error}"),
        }
    }

    /// Ends all sessions of the user at once, and records those that existed before.
    async fn end_all(&self, ending: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
        let issued = || self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let before: Vec<_> = issued().keys().cloned().collect();
        ending.await?;
        for id in before {
            add(&self.ended, id);
        }
        Ok(())
    }

    async fn refresh(&self, number: usize) -> Result<(), Error> {
        let refresh = self.pair(number).refresh.expect("a refresh token");
        match self.world.auth.refresh(refresh.expose(), Origin::default()).await {
            Ok(pair) => {
                self.note(&pair);
                self.keep(number, pair);
            }
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            // It was ended: a client would sign in again.
            Err(_) => self.keep(number, self.open().await?),
        }
        Ok(())
    }

    async fn refresh_foreign(&self, number: usize) -> Result<(), Error> {
        let now = self.world.now();
        let token = foreign(&json!({ "token_type": "refresh", "user_id": self.user.id.to_string(),
            "jti": self.foreign_jti(number), "iat": now, "exp": now + 600 }));
        let pair = self.world.auth.refresh(&token, Origin::default()).await?;
        self.note(&pair);
        Ok(())
    }

    pub(crate) async fn perform(&self, operation: Operation) -> Result<(), Error> {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        self.world.pass(Duration::from_secs(1));
        let (auth, origin, pair) = (&self.world.auth, Origin::default(), self.pair(turn));
        let sid = text_of(pair.access.expose(), "sid");
        let refresh = pair.refresh.as_ref().expect("a refresh token").expose();
        match operation {
            Operation::SignIn => self.open().await.map(drop),
            Operation::Refresh => self.refresh(turn).await,
            Operation::RefreshForeign => self.refresh_foreign(turn).await,
            Operation::Use => {
                drop(auth.authenticate(pair.access.expose(), &[TokenType::Access]).await);
                auth.write_seen().await
            }
            Operation::SignOut => auth.blacklist(refresh, origin).await.map(|()| add(&self.ended, sid)),
            Operation::EndOne if turn.is_multiple_of(2) => {
                auth.revoke_any_session_by(self.root, &sid, &origin).await.map(|()| add(&self.ended, sid))
            }
            Operation::EndOne => {
                let bearer = self.bearer().await?;
                auth.revoke_session(&bearer, &sid, &origin).await.map(|()| add(&self.ended, sid))
            }
            Operation::EndOthers => {
                // The token has no session: all sessions count as others.
                let bearer = self.bearer().await?;
                self.end_all(auth.revoke_other_sessions(&bearer, &origin)).await
            }
            Operation::EndAll => self.end_all(auth.reset_sessions(self.root, self.user.id, &origin)).await,
            Operation::EndEverybody => {
                self.end_all(async { auth.revoke_sessions_before(None, None).await.map(drop) }).await
            }
            Operation::ChangePassword => {
                let password = "seven copper lanterns drift upstream".into();
                self.end_all(async { auth.set_password(&self.user.username, password).await.map(drop) }).await
            }
            Operation::Deactivate => {
                let set = async |is_active| {
                    let activation = Activation { ids: vec![self.user.id.to_string(), "2".to_owned()], is_active };
                    auth.set_active_by(self.root, &activation, &origin).await.map(drop)
                };
                self.end_all(set(false)).await?;
                set(true).await
            }
            Operation::Rename => {
                let change = serde_json::from_value(json!({ "email": format!("user{turn}@example.org") }));
                auth.change_user(self.root, self.user.id, &change.expect("a change"), &origin).await.map(drop)
            }
            Operation::BlacklistTokens => {
                let jtis = [text_of(refresh, "jti"), self.foreign_jti(turn)];
                auth.blacklist_all_by(self.root, &jtis, &origin).await.map(drop)
            }
            Operation::Import => self.import(turn).await,
            Operation::Flush => auth.flush_expired_tokens().await.map(drop),
        }
    }

    /// Acknowledged writes that a database lacks: unknown refresh tokens, and ended sessions that are open.
    pub(crate) async fn lost(&self, database: &str) -> Vec<String> {
        let mut direct = Direct::connect(database).await;
        let known = direct.pairs("SELECT jti, generation FROM outstanding_tokens").await;
        let alive = direct.pairs("SELECT id, generation FROM sessions WHERE revoked_at IS NULL").await;
        let take = |list: &Mutex<Vec<String>>| list.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let unknown = take(&self.refreshable).into_iter().filter(|jti| !known.iter().any(|(known, _)| known == jti));
        let ended = take(&self.ended).into_iter().filter(|id| alive.iter().any(|(alive, _)| alive == id));
        unknown.chain(ended).collect()
    }

    /// Repeats both operations concurrently. Returns how many were answered 503.
    async fn rage(&self, both: [Operation; 2], rounds: usize) -> usize {
        let callers = both.into_iter().cycle().take(2 * CALLERS).map(async |operation| {
            let mut unavailable = 0;
            for _ in 0..rounds {
                if let Err(error @ Error::Unavailable { .. }) = self.perform(operation).await {
                    eprintln!("{both:?}: {error:?}");
                    unavailable += 1;
                }
            }
            unavailable
        });
        join_all(callers).await.into_iter().sum()
    }

    /// The sessions of a database that ended before their last access token was revoked.
    pub(crate) async fn ended_early(&self, database: &str) -> Vec<String> {
        let mut direct = Direct::connect(database).await;
        let ends =
            "SELECT sessions.id, coalesce((SELECT max(until) FROM revocations WHERE session_id = sessions.id), 0)
            FROM sessions WHERE revoked_at IS NOT NULL";
        let ends = direct.pairs(ends).await;
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let early = ends.into_iter().filter(|(id, until)| issued.get(id).is_some_and(|exp| *until < exp * 1_000));
        early.map(|(id, _)| id).collect()
    }
}

fn add(list: &Mutex<Vec<String>>, item: String) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(item);
}

fn text_of(token: &str, claim: &str) -> String {
    claims(token)[claim].as_str().expect("text").to_owned()
}

/// A superuser, and an account that bulk operations affect as well.
pub(crate) async fn administrator(world: &World) -> Administrator {
    let root = world.administrator("root", Role::Superuser).await;
    world.user("bystander").await;
    let bearer = world.auth.authenticate(&root.access, &[TokenType::Access]).await.expect("a bearer");
    world.auth.authorize_staff(&bearer).await.expect("an administrator")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_operations_deadlock_or_time_out() {
    let rounds = std::env::var(ROUNDS).ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    // Few enough that a sign-in ends other sessions, too.
    let world = World::with(Settings { max_sessions_per_user: 6, ..settings() }).await;
    let root = administrator(&world).await;
    let (mut unavailable, mut early, mut lost, mut pairs) = (0, Vec::new(), Vec::new(), 0);
    for (place, first) in OPERATIONS.into_iter().enumerate() {
        for second in OPERATIONS.into_iter().skip(place) {
            pairs += 1;
            let storm = Storm::begin(&world, &root, 1_000 + pairs).await;
            unavailable += storm.rage([first, second], rounds).await;
            let of_both = |id| format!("{first:?} and {second:?}: {id}");
            early.extend(storm.ended_early(&world.database).await.into_iter().map(of_both));
            lost.extend(storm.lost(&world.database).await.into_iter().map(of_both));
        }
    }
    let mut direct = Direct::connect(&world.database).await;
    let twice = "SELECT session_id, count(*) FROM revocations GROUP BY session_id HAVING count(*) > 1";
    let told_twice = "SELECT session_id, count(*) FROM security_events
        WHERE kind IN ('session_ended', 'signed_out', 'token_reused') GROUP BY session_id HAVING count(*) > 1";
    let (twice, told_twice) = (direct.pairs(twice).await, direct.pairs(told_twice).await);
    let deadlocks = match cluster::shared() {
        Some(cluster) => cluster.deadlocks(&world.database).await,
        None => 0,
    };
    let operations = pairs * 2 * i64::try_from(CALLERS * rounds).expect("a few");
    println!(
        "{operations} operations in {pairs} pairs: {deadlocks} deadlocks, {unavailable} unavailable, {} ended early, {} lost, {} twice",
        early.len(),
        lost.len(),
        twice.len().max(told_twice.len())
    );
    assert_eq!((deadlocks, unavailable), (0, 0), "deadlocks, and answers of 503");
    assert_eq!(early, Vec::<String>::new(), "sessions that ended before their last access token");
    assert_eq!(lost, Vec::<String>::new(), "what was answered and is not so");
    assert_eq!((twice, told_twice), (vec![], vec![]), "sessions that ended twice");
}
