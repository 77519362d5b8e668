//! Pages for who is signed in. Until that is known they show their outline; for who is not, they send
//! to the sign-in, and from there back.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use crate::{
    session::{Session, SessionState},
    ui::{
        chunk::{Chunk, PageChunk},
        next::{SIGN_IN, with_next},
    },
};

/// Shows its page to who is signed in. They are made in the browser alone, never by the server,
/// which does not know anybody.
#[component]
pub(crate) fn Protected(page: PageChunk) -> impl IntoView {
    let session = expect_context::<Session>();
    let navigate = use_navigate();
    let location = use_location();
    Effect::new(move |_| {
        if session.state.get() == SessionState::SignedOut {
            let mut here = location.pathname.get_untracked();
            let query = location.search.get_untracked();
            if !query.is_empty() {
                here.push('?');
                here.push_str(query.trim_start_matches('?'));
            }
            navigate(&with_next(SIGN_IN, &here), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    // A renewal must not build the page anew, and another person must not see what was shown to one.
    let sid = Memo::new(move |_| if session.state.get().is_signed_in() { session.sid.get() } else { None });
    view! { <Chunk page key=sid/> }
}

/// The outline of a page that is not there yet.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="card skeleton" aria-busy="true" aria-label="Loading">
            <span></span>
            <span></span>
            <span></span>
        </div>
    }
}
