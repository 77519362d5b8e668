//! The world of a story and its actors.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use hallpass_core::{
    Account, Auth,
    clock::{Clock, Randomness, SystemRandomness, Timestamp},
    limits::Limits,
    password::HashCost,
    policy::Policy,
    settings::Settings,
    store::Store,
    user::{Role, User, UserIdField},
};
use hallpass_store::Timeouts;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use server::{
    connections::{self, Bounds, Open},
    http_options::HttpOptions,
    layers, router,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::{cluster, patience::PATIENCE, sqlite};

pub(crate) const KEY: &[u8] = b"stories are told with a key of more than 32 bytes";
pub(crate) const PASSWORD: &str = "violet kettle harvests nine moons";

/// A manual clock: the milliseconds that have passed, and the offset of the wall clock.
pub(crate) struct StillClock {
    passed: AtomicI64,
    ahead: AtomicI64,
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.passed.load(Ordering::SeqCst) + self.ahead.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.passed.load(Ordering::SeqCst).unsigned_abs())
    }
}

/// A server with its own database.
pub(crate) struct World {
    pub(crate) auth: Arc<Auth>,
    pub(crate) url: String,
    pub(crate) database: String,
    clock: Arc<StillClock>,
    client: Client,
    open: Open,
    stop: Arc<Notify>,
    served: JoinHandle<()>,
    _folder: TempDir,
}

/// The defaults without rate limits and with a cheap password hash. Stories about limits turn them on.
pub(crate) fn settings() -> Settings {
    Settings { limits: Limits::OFF, hash_cost: HashCost::MINIMAL, ..Settings::with_signing_key(KEY.to_vec().into()) }
}

/// The server's connection bounds, HTTP options, store timeouts and randomness.
pub(crate) struct Surroundings {
    pub(crate) http: HttpOptions,
    pub(crate) bounds: Bounds,
    pub(crate) timeouts: Timeouts,
    pub(crate) randomness: Arc<dyn Randomness>,
}

impl Default for Surroundings {
    /// Timeouts that no slow machine reaches.
    fn default() -> Self {
        let bounds = Bounds {
            first_head: PATIENCE,
            next_head: PATIENCE,
            write: PATIENCE,
            finish: PATIENCE,
            ..Bounds::default()
        };
        Self { http: http_options(), bounds, timeouts: timeouts(), randomness: Arc::new(SystemRandomness) }
    }
}

/// The default HTTP options, without short timeouts.
pub(crate) fn http_options() -> HttpOptions {
    HttpOptions { body_timeout: PATIENCE, ..HttpOptions::default() }
}

/// Store timeouts of `PATIENCE`.
pub(crate) fn timeouts() -> Timeouts {
    Timeouts { answer: PATIENCE, lock: PATIENCE, statement: PATIENCE }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::set_up(settings, Surroundings::default(), |store| store, |auth| auth).await
    }

    /// With other bounds and proxies.
    pub(crate) async fn surrounded(settings: Settings, surroundings: Surroundings) -> Self {
        Self::set_up(settings, surroundings, |store| store, |auth| auth).await
    }

    /// Stops the server and waits until it has stopped.
    pub(crate) async fn stop(self) {
        self.stop.notify_one();
        self.served.await.expect("no panic");
    }

    pub(crate) async fn with_policy(settings: Settings, policy: Arc<dyn Policy>) -> Self {
        Self::changed(settings, |auth| auth.with_policy(policy)).await
    }

    /// With a change of `Auth` that is not a setting.
    pub(crate) async fn changed(settings: Settings, change: impl FnOnce(Auth) -> Auth) -> Self {
        Self::set_up(settings, Surroundings::default(), |store| store, change).await
    }

    /// On a store that wraps the real one.
    pub(crate) async fn on(settings: Settings, wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) -> Self {
        Self::set_up(settings, Surroundings::default(), wrap, |auth| auth).await
    }

    /// On a PostgreSQL database, whatever the stories run on.
    pub(crate) async fn at(database: String, settings: Settings) -> Self {
        Self::at_within(database, settings, timeouts()).await
    }

    /// The same with other timeouts.
    pub(crate) async fn at_within(database: String, settings: Settings, timeouts: Timeouts) -> Self {
        let surroundings = Surroundings { timeouts, ..Surroundings::default() };
        Self::build(database, sqlite::folder(), settings, surroundings, |store| store, |auth| auth).await
    }

    async fn set_up(
        settings: Settings,
        surroundings: Surroundings,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
        change: impl FnOnce(Auth) -> Auth,
    ) -> Self {
        let folder = sqlite::folder();
        let database = match cluster::shared() {
            Some(cluster) => cluster.migrated_database().await,
            None => sqlite::migrated_database(folder.path()).await,
        };
        Self::build(database, folder, settings, surroundings, wrap, change).await
    }

    async fn build(
        database: String,
        folder: TempDir,
        settings: Settings,
        Surroundings { http, bounds, timeouts, randomness }: Surroundings,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
        change: impl FnOnce(Auth) -> Auth,
    ) -> Self {
        let store =
            wrap(hallpass_store::connect_with(&database.parse().expect("a URL"), timeouts).await.expect("a database"));
        let clock = Arc::new(StillClock { passed: 1_700_000_000_000.into(), ahead: 0.into() });
        let auth = Auth::new(settings, store, clock.clone(), randomness).expect("good settings");
        let auth = Arc::new(change(auth));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = layers::wrap(router::router(auth.clone(), &http.stopping), http);
        let stop = Arc::new(Notify::new());
        let (stopping, open) = (stop.clone(), Open::default());
        let counted = open.clone();
        let served = tokio::spawn(async move {
            connections::serve(listener, app, bounds, counted, stopping.notified()).await;
        });
        // Do not follow redirects: they are answers to assert.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).build().expect("a client");
        Self { auth, url, database, clock, client, open, stop, served, _folder: folder }
    }

    /// Another process on the same database, started now.
    pub(crate) async fn restarted(&self, settings: Settings) -> Arc<Auth> {
        let store = self.another_store().await;
        let clock: Arc<dyn Clock> = self.clock.clone();
        let auth = Auth::new(settings, store, clock, Arc::new(SystemRandomness)).expect("good settings");
        auth.follow_revocations().await.expect("the revocations");
        Arc::new(auth)
    }

    /// Another process's connection to the same database.
    pub(crate) async fn another_store(&self) -> Arc<dyn Store> {
        hallpass_store::connect_with(&self.database.parse().expect("a URL"), timeouts())
            .await
            .expect("the database again")
    }

    /// The number of open connections of the server.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.passed.fetch_add(millis(time), Ordering::SeqCst);
    }

    /// Sets the wall clock back. No time passes.
    pub(crate) fn step_back(&self, by: Duration) {
        self.clock.ahead.fetch_sub(millis(by), Ordering::SeqCst);
    }

    /// Sets the wall clock forward.
    pub(crate) fn step_forward(&self, by: Duration) {
        self.clock.ahead.fetch_add(millis(by), Ordering::SeqCst);
    }

    pub(crate) async fn user(&self, username: &str) -> User {
        self.account(username, true).await
    }

    /// An arbitrary e-mail address.
    fn address_of(&self, username: &str) -> String {
        match self.auth.settings().user_id_field {
            UserIdField::Email => format!("{username}@x"),
            UserIdField::Id | UserIdField::Username => String::new(),
        }
    }

    pub(crate) async fn account(&self, username: &str, is_active: bool) -> User {
        let account = Account {
            username: username.into(),
            email: self.address_of(username),
            password: PASSWORD.into(),
            role: Role::User,
            is_active,
        };
        self.auth.create_user(account).await.expect("a user")
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("POST", path).json(&body).send().await.expect("an answer")).await
    }

    pub(crate) async fn get(&self, path: &str, access: &str) -> Answer {
        let request = self.request("GET", path).header("authorization", format!("Bearer {access}"));
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// Runs SQL on the world's database, bypassing the server.
    pub(crate) async fn sql(&self, statement: &'static str) {
        let mut direct = Direct::connect(&self.database).await;
        direct.execute(statement).await;
        direct.close().await;
    }

    /// The same for composed SQL.
    pub(crate) async fn run(&self, statement: String) {
        let mut direct = Direct::connect(&self.database).await;
        match &mut direct {
            Direct::Sqlite(connection) => connection.execute(AssertSqlSafe(statement)).await.map(drop),
            Direct::Postgres(connection) => connection.execute(AssertSqlSafe(statement)).await.map(drop),
        }
        .expect("good SQL");
        direct.close().await;
    }

    /// Locks the database for all other writers until released.
    pub(crate) async fn hold(&self) -> Direct {
        let mut direct = Direct::connect(&self.database).await;
        direct
            .execute(match direct {
                Direct::Sqlite(_) => "BEGIN IMMEDIATE",
                Direct::Postgres(_) => "BEGIN; LOCK TABLE sessions IN EXCLUSIVE MODE",
            })
            .await;
        direct
    }

    /// A user who has just signed in.
    pub(crate) async fn signed_in(&self, username: &str) -> Actor<'_> {
        self.user(username).await;
        self.sign_in(username).await
    }

    pub(crate) async fn sign_in(&self, username: &str) -> Actor<'_> {
        let answer = self.post("/api/token/", json!({ "username": username, "password": PASSWORD })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Actor { world: self, access: answer.text("access"), refresh: answer.text("refresh") }
    }
}

/// A database connection that does not belong to the server.
pub(crate) enum Direct {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Direct {
    pub(crate) async fn connect(url: &str) -> Self {
        if url.starts_with("postgres") {
            return Self::Postgres(PgConnection::connect(url).await.expect("the database"));
        }
        Self::Sqlite(sqlite::connect(url).await.expect("the database"))
    }

    pub(crate) async fn execute(&mut self, statement: &'static str) {
        match self {
            Self::Sqlite(connection) => connection.execute(statement).await.map(drop),
            Self::Postgres(connection) => connection.execute(statement).await.map(drop),
        }
        .expect("good SQL");
    }

    /// Begins a write transaction.
    pub(crate) async fn begin(&mut self) {
        self.execute(if let Self::Sqlite(_) = self { "BEGIN IMMEDIATE" } else { "BEGIN" }).await;
    }

    /// The rows of a query for a text and a number.
    pub(crate) async fn pairs(&mut self, query: &'static str) -> Vec<(String, i64)> {
        match self {
            Self::Sqlite(connection) => sqlx::query_as(query).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_as(query).fetch_all(connection).await,
        }
        .expect("good SQL")
    }

    /// Releases the locks, and waits until they are released.
    pub(crate) async fn release(mut self) {
        self.execute("ROLLBACK").await;
        self.close().await;
    }

    async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
        .expect("an end");
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("a short time")
}

/// A response of the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, body, headers }
    }

    pub(crate) fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {self:?}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a plain header"))
    }

    /// Asserts this error status and body; a 401 must have a challenge.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: Value) {
        assert_eq!((self.status, &self.body), (status, &body));
        assert_eq!(self.header("content-type"), Some("application/json"));
        if status == 401 {
            assert_eq!(self.header("www-authenticate"), Some("Bearer realm=\"api\""));
        }
    }

    /// Asserts an invalid token with this sentence.
    #[track_caller]
    pub(crate) fn is_bad_token(&self, sentence: &str) {
        self.is(401, json!({ "detail": sentence, "code": "token_not_valid" }));
    }

    /// Asserts a rejected access token with this sentence at a protected endpoint.
    #[track_caller]
    pub(crate) fn is_bad_access(&self, sentence: &str) {
        self.is(
            401,
            json!({
                "detail": "Given token not valid for any token type",
                "code": "token_not_valid",
                "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": sentence }],
            }),
        );
    }
}

/// The holder of a pair: a user's browser, or a thief.
#[derive(Clone)]
pub(crate) struct Actor<'w> {
    pub(crate) world: &'w World,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Actor<'_> {
    /// Sends the refresh token without storing the response.
    pub(crate) async fn try_refresh(&self) -> Answer {
        self.world.post("/api/token/refresh/", json!({ "refresh": self.refresh })).await
    }

    /// Renews the pair and stores it.
    pub(crate) async fn refresh(&mut self) {
        let answer = self.try_refresh().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        (self.access, self.refresh) = (answer.text("access"), answer.text("refresh"));
    }

    pub(crate) async fn me(&self) -> Answer {
        self.world.get("/api/me/", &self.access).await
    }

    pub(crate) async fn blacklist(&self) -> Answer {
        self.world.post("/api/token/blacklist/", json!({ "refresh": self.refresh })).await
    }

    pub(crate) async fn verify(&self, token: &str) -> Answer {
        self.world.post("/api/token/verify/", json!({ "token": token })).await
    }
}

/// The unverified claims of a token.
pub(crate) fn claims(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

/// A token as Django REST framework Simple JWT signs it with the same key: without a session.
pub(crate) fn foreign(claims: &Value) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(KEY);
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), claims, &key).expect("a token")
}
