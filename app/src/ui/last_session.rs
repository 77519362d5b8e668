//! The last session of this page. After a sign-out its pages are hidden from the next user; after a session's end its
//! user may return to them.

use leptos::prelude::*;

use crate::session::{Session, SessionState};

/// The state of the last session of this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// No session was shown.
    Unseen,
    /// It is active.
    GoesOn,
    /// Its user signed out, here or in another tab.
    SignedOut,
    /// It expired or was revoked.
    Ended,
}

impl Fate {
    const fn after(self, state: SessionState, is_ended: bool) -> Self {
        match (state, self) {
            (SessionState::SignedIn | SessionState::Stale, _) => Self::GoesOn,
            (SessionState::SignedOut, _) if is_ended => Self::Ended,
            (SessionState::SignedOut, Self::GoesOn) => Self::SignedOut,
            (SessionState::SignedOut | SessionState::Unknown, before) => before,
        }
    }
}

/// The last session of this page.
#[derive(Clone, Copy)]
pub(super) struct LastSession {
    fate: Memo<Fate>,
    session: Session,
}

impl LastSession {
    /// Provides it for all components below.
    pub(super) fn provide(session: Session) {
        let fate = Memo::new(move |before: Option<&Fate>| {
            let before = before.copied().unwrap_or(Fate::Unseen);
            before.after(session.state.get(), session.ended().is_some())
        });
        // An effect, not a memo: an unread memo would miss the session.
        Effect::new(move |_| fate.get());
        provide_context(Self { fate, session });
    }

    /// Whether its user signed out.
    pub(super) fn is_signed_out(self) -> bool {
        self.fate.get_untracked() == Fate::SignedOut
    }

    /// Whether the current session may belong to the same user.
    pub(super) fn is_of_same_user(self) -> bool {
        let last = self.session.last_username.get_untracked();
        last.is_none() || last == self.session.username.get_untracked()
    }
}

#[cfg(test)]
mod tests {
    use super::Fate;
    use crate::session::SessionState::{SignedIn, SignedOut, Stale, Unknown};

    #[test]
    fn a_session_that_disappears_without_a_reason_was_signed_out() {
        for (steps, fate) in [
            (vec![(Unknown, false), (SignedOut, false)], Fate::Unseen),
            (vec![(Unknown, false), (SignedOut, true)], Fate::Ended),
            (vec![(SignedIn, false), (SignedOut, false)], Fate::SignedOut),
            (vec![(Stale, false), (SignedOut, false), (SignedOut, false)], Fate::SignedOut),
            (vec![(SignedIn, false), (SignedOut, true)], Fate::Ended),
            (vec![(SignedIn, false), (SignedOut, false), (SignedIn, false)], Fate::GoesOn),
            (vec![(SignedIn, false), (SignedOut, false), (SignedIn, false), (SignedOut, true)], Fate::Ended),
        ] {
            let reached = steps.iter().fold(Fate::Unseen, |fate, (state, is_ended)| fate.after(*state, *is_ended));
            assert_eq!(reached, fate, "{steps:?}");
        }
    }
}
