//! Whether the signed-in user is staff. The server is asked once per session, and again after a renewal if that failed.

use std::cell::RefCell;

use hallpass_types::Secret;
use leptos::{prelude::*, task::spawn_local};

use super::{pair::StoredPair, state::Session};
use crate::api::account;

thread_local! {
    static ASKED: RefCell<Asked> = const { RefCell::new(Asked { with: None, answered: None }) };
}

struct Asked {
    /// The access token of the last request.
    with: Option<Secret>,
    /// The session whose answer is known.
    answered: Option<String>,
}

impl Asked {
    /// Whether to ask the server now.
    fn begin(&mut self, pair: &StoredPair) -> bool {
        let is_due = self.answered.as_ref() != Some(&pair.sid) && self.with.as_ref() != Some(&pair.access);
        if is_due {
            self.with = Some(pair.access.clone());
        }
        is_due
    }
}

/// Asks the server unless the answer is known.
pub(super) fn find_out(session: Session, pair: &StoredPair) {
    if !ASKED.with_borrow_mut(|asked| asked.begin(pair)) {
        return;
    }
    let sid = pair.sid.clone();
    spawn_local(async move {
        // Without an answer, only a link is missing.
        let Ok(me) = account::me().await else { return };
        if session.sid.try_get_untracked().flatten().as_ref() == Some(&sid) {
            session.is_staff.try_set(me.is_staff);
            ASKED.with_borrow_mut(|asked| asked.answered = Some(sid));
        }
    });
}
