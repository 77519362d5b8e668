//! What is said on every page when the server cannot be reached, or the application did not load.

use leptos::prelude::*;

use crate::session::{Connection, Session, SessionState};

/// A line that is empty most of the time; screen readers hear when it is not.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let session = expect_context::<Session>();
    let sentence = move || {
        if session.state.get() == SessionState::SignedOut {
            return "";
        }
        match session.connection.get() {
            Connection::Fine => "",
            Connection::Offline => {
                "You are offline. You stay signed in, and the page goes on when the network is back."
            }
            Connection::Unreachable => "The server cannot be reached. You stay signed in. Trying again…",
        }
    };
    view! {
        <div class="banner" class:shown=move || !sentence().is_empty() role="status">{sentence}</div>
        <p class="banner failed">"The application did not load. Check the connection and reload the page."</p>
        <noscript>
            <p class="banner shown">"Hallpass keeps your pass in the browser, which takes JavaScript. Switch it on to sign in."</p>
        </noscript>
    }
}
