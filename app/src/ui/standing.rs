//! Whether the administration is shown in the navigation: the document tells the stylesheet. It grants
//! nothing; the server decides at each call.

use std::cell::RefCell;

use leptos::{prelude::*, task::spawn_local};

use crate::{api::account, session::Session, wire::Me};

thread_local! {
    /// The session of which it is known.
    static KNOWN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Finds it out, once in a session.
pub(super) fn find_out() {
    let sid = expect_context::<Session>().sid.get_untracked();
    if KNOWN.with_borrow(|known| *known == sid) {
        return;
    }
    spawn_local(async {
        // It only shows a link less.
        if let Ok(me) = account::me().await {
            show(&me);
        }
    });
}

/// Shows it.
pub(super) fn show(me: &Me) {
    KNOWN.set(me.session.as_ref().map(|session| session.id.clone()));
    if let Some(root) = document().document_element() {
        // The name is a constant that no browser refuses.
        drop(if me.is_staff { root.set_attribute("data-staff", "") } else { root.remove_attribute("data-staff") });
    }
}
