//! Who is signed in, as pages see it.

use hallpass_types::Ended;
use leptos::prelude::*;

/// Whether somebody is signed in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Not known yet: on the server, and in the first render.
    Unknown,
    /// Nobody is.
    SignedOut,
    /// Somebody is, and the access token is good.
    SignedIn,
    /// Somebody is, and the server cannot be reached to renew the access token.
    Stale,
}

impl SessionState {
    /// Whether the pages of somebody who is signed in are to be shown.
    pub const fn is_signed_in(self) -> bool {
        matches!(self, Self::SignedIn | Self::Stale)
    }

    /// The word for it in `data-session` on the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::SignedOut => "signed-out",
            Self::SignedIn => "signed-in",
            Self::Stale => "stale",
        }
    }
}

/// How the last attempts to reach the server went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Well.
    Fine,
    /// The device has no network.
    Offline,
    /// There is a network, and the server does not answer.
    Unreachable,
}

/// The signals that the engine writes and pages read: the one source for "who am I".
#[derive(Clone, Copy)]
pub struct Session {
    /// Whether somebody is signed in.
    pub state: RwSignal<SessionState>,
    /// The session, while there is one: what belongs to one person is made anew for another.
    pub sid: RwSignal<Option<String>>,
    /// How often the session was renewed, by the token that is shown.
    pub generation: RwSignal<Option<u32>>,
    /// The name in the access token, while somebody is.
    pub username: RwSignal<Option<String>>,
    /// Whether the user is staff, as far as the server has said so. It shows a link and grants nothing.
    pub is_staff: RwSignal<bool>,
    /// When the access token ends, milliseconds on the device's clock.
    pub access_ends_at: RwSignal<Option<i64>>,
    /// How the last session ended, when its user did not end it here. `None` after a sign-out.
    pub ended: RwSignal<Option<Ended>>,
    /// The name of the user whose session [`Self::ended`] tells of. It stays after the next sign-in, so that a
    /// page can tell whether the same user came back.
    pub ended_username: RwSignal<Option<String>>,
    /// Whether the server can be reached.
    pub connection: RwSignal<Connection>,
}

impl Session {
    /// Before anything is known.
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
