//! Whether the user who is signed in is staff: asked of the server once in a session, and again with the next pair
//! if it could not answer.

use std::cell::RefCell;

use hallpass_types::Secret;
use leptos::{prelude::*, task::spawn_local};

use super::{pair::StoredPair, state::Session};
use crate::api::account;

thread_local! {
    static ASKED: RefCell<Asked> = const { RefCell::new(Asked { with: None, answered: None }) };
}

struct Asked {
    /// The access token with which the server was asked last.
    with: Option<Secret>,
    /// The session of which it is known.
    answered: Option<String>,
}

impl Asked {
    /// Whether the server is to be asked now.
    fn begin(&mut self, pair: &StoredPair) -> bool {
        let is_due = self.answered.as_ref() != Some(&pair.sid) && self.with.as_ref() != Some(&pair.access);
        if is_due {
            self.with = Some(pair.access.clone());
        }
        is_due
    }
}

/// Finds it out, unless it is known.
pub(super) fn find_out(session: Session, pair: &StoredPair) {
    if !ASKED.with_borrow_mut(|asked| asked.begin(pair)) {
        return;
    }
    let sid = pair.sid.clone();
    spawn_local(async move {
        // Without an answer a link is missing.
        let Ok(me) = account::me().await else { return };
        if session.sid.try_get_untracked().flatten().as_ref() == Some(&sid) {
            session.is_staff.try_set(me.is_staff);
            ASKED.with_borrow_mut(|asked| asked.answered = Some(sid));
        }
    });
}
