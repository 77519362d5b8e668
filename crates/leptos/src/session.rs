//! The session as pages see it: one signal, and memos of its parts.

use hallpass_types::Ended;
use leptos::prelude::*;
use strum::{EnumDiscriminants, IntoStaticStr};

/// The user of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The session: one sign-in on one device.
    pub sid: String,
    /// The generation of the current access token.
    pub generation: u32,
    /// The username in the access token.
    pub username: Option<String>,
    /// Whether the server said that the user is staff. Shows a link; grants nothing.
    pub is_staff: bool,
    /// Expiry of the access token, milliseconds on the device's clock.
    pub access_ends_at: i64,
}

/// The end of the last session, unless its user signed out in this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSession {
    /// The reason and the time of its end.
    pub ended: Ended,
    /// Its user.
    pub username: Option<String>,
}

/// The state of the session in a tab.
#[derive(Clone, Debug, Default, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(SessionState), derive(IntoStaticStr), strum(serialize_all = "kebab-case"))]
#[strum_discriminants(doc = "The variants of [`SessionView`] without their data.")]
pub enum SessionView {
    /// Not known yet: on the server and in the first render.
    #[default]
    Unknown,
    /// Signed out.
    SignedOut(Option<LastSession>),
    /// Signed in, with a valid access token.
    SignedIn(Holder),
    /// Signed in; the access token has expired and the server cannot be reached to refresh it.
    Stale(Holder),
}

impl SessionView {
    /// The user, if signed in.
    pub const fn holder(&self) -> Option<&Holder> {
        match self {
            Self::SignedIn(holder) | Self::Stale(holder) => Some(holder),
            Self::Unknown | Self::SignedOut(_) => None,
        }
    }

    /// Whether a user is signed in.
    pub fn state(&self) -> SessionState {
        self.into()
    }

    /// The end of the last session.
    pub fn ended(&self) -> Option<&Ended> {
        match self {
            Self::SignedOut(last) => last.as_ref().map(|last| &last.ended),
            Self::Unknown | Self::SignedIn(_) | Self::Stale(_) => None,
        }
    }
}

impl SessionState {
    /// Whether pages of a signed-in user are shown.
    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::SignedIn | Self::Stale)
    }

    /// The value of an attribute for stylesheets and tests, for example `signed-in`.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Whether the server can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// The last attempt succeeded.
    #[default]
    Fine,
    /// The device is offline.
    Offline,
    /// The device is online, but the server does not answer.
    Unreachable,
}

/// The session of a tab, as signals that the engine writes and pages read.
#[derive(Clone, Copy)]
pub struct Session {
    /// The state of the session.
    pub view: RwSignal<SessionView>,
    /// Whether a user is signed in.
    pub state: Memo<SessionState>,
    /// The session, if signed in. Views of one user are rebuilt for another.
    pub sid: Memo<Option<String>>,
    /// The username in the access token, if signed in.
    pub username: Memo<Option<String>>,
    /// Whether the server said that the user is staff.
    pub is_staff: Memo<bool>,
    /// The user of the last session that ended, if known. It stays after the next sign-in, so that a page can detect
    /// whether the same user came back.
    pub last_username: RwSignal<Option<String>>,
    /// Whether the server can be reached.
    pub connection: RwSignal<Connection>,
}

impl Session {
    /// The session before storage is read.
    pub fn unknown() -> Self {
        let view = RwSignal::new(SessionView::Unknown);
        let of_holder = move |read: fn(&Holder) -> Option<String>| view.with(|view| view.holder().and_then(read));
        Self {
            view,
            state: Memo::new(move |_| view.with(SessionView::state)),
            sid: Memo::new(move |_| of_holder(|holder| Some(holder.sid.clone()))),
            username: Memo::new(move |_| of_holder(|holder| holder.username.clone())),
            is_staff: Memo::new(move |_| view.with(|view| view.holder().is_some_and(|holder| holder.is_staff))),
            last_username: RwSignal::new(None),
            connection: RwSignal::new(Connection::Fine),
        }
    }

    /// The end of the last session, if not by a sign-out in this browser. Tracked.
    pub fn ended(self) -> Option<Ended> {
        self.view.with(|view| view.ended().cloned())
    }

    /// Shows another view. The page of the signals may be gone.
    pub fn show(self, view: SessionView, connection: Connection) {
        if let SessionView::SignedOut(last) = &view {
            set(self.last_username, last.as_ref().and_then(|last| last.username.clone()));
        }
        set(self.connection, connection);
        set(self.view, view);
    }
}

/// Sets a signal if the value differs.
fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|shown| *shown != value) == Some(true) {
        signal.try_set(value);
    }
}
