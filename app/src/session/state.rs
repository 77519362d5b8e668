//! The session's state, as pages see it.

use hallpass_types::Ended;
use leptos::prelude::*;

/// Whether a user is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Not known yet: on the server and in the first render.
    Unknown,
    /// Signed out.
    SignedOut,
    /// Signed in, with a valid access token.
    SignedIn,
    /// Signed in; the access token has expired and the server cannot be reached to renew it.
    Stale,
}

impl SessionState {
    /// Whether pages of a signed-in user are shown.
    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::SignedIn | Self::Stale)
    }

    /// The value of `data-session` on the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::SignedOut => "signed-out",
            Self::SignedIn => "signed-in",
            Self::Stale => "stale",
        }
    }
}

/// Whether the server can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The last attempt succeeded.
    Fine,
    /// The device is offline.
    Offline,
    /// The device is online, but the server does not answer.
    Unreachable,
}

/// Signals that the engine writes and pages read: the single source of the user's identity.
#[derive(Clone, Copy)]
pub struct Session {
    /// Whether a user is signed in.
    pub state: RwSignal<SessionState>,
    /// The session, if signed in. Views of one user are rebuilt for another.
    pub sid: RwSignal<Option<String>>,
    /// The generation of the current access token.
    pub generation: RwSignal<Option<u32>>,
    /// The username in the access token, if signed in.
    pub username: RwSignal<Option<String>>,
    /// Whether the server said that the user is staff. Shows a link; grants nothing.
    pub is_staff: RwSignal<bool>,
    /// Expiry of the access token, milliseconds on the device's clock.
    pub access_ends_at: RwSignal<Option<i64>>,
    /// The end of the last session, unless its user signed out here. `None` after a sign-out.
    pub ended: RwSignal<Option<Ended>>,
    /// The username of the session that [`Self::ended`] describes. It stays after the next sign-in, so that a page
    /// can detect whether the same user came back.
    pub ended_username: RwSignal<Option<String>>,
    /// Whether the server can be reached.
    pub connection: RwSignal<Connection>,
}

impl Session {
    /// The state before storage is read.
    pub fn unknown() -> Self {
        Self {
            state: RwSignal::new(SessionState::Unknown),
            sid: RwSignal::new(None),
            generation: RwSignal::new(None),
            username: RwSignal::new(None),
            is_staff: RwSignal::new(false),
            access_ends_at: RwSignal::new(None),
            ended: RwSignal::new(None),
            ended_username: RwSignal::new(None),
            connection: RwSignal::new(Connection::Fine),
        }
    }
}
