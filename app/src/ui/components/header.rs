//! The top of every page: where one is, and where one can go.

use leptos::prelude::*;
use leptos_router::components::A;

use super::ServerFacts;
use crate::session::{Session, SessionState, sign_out};

/// Name, navigation, and sign-out for who is signed in.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let session = expect_context::<Session>();
    let is_signed_in = Memo::new(move |_| session.state.get().is_signed_in());
    let is_signed_out = Memo::new(move |_| session.state.get() == SessionState::SignedOut);
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    view! {
        <header class="top">
            <A href="/" attr:class="brand">
                <span class="mark" aria-hidden="true"></span>
                "Hallpass"
            </A>
            <nav aria-label="Main">
                <Show when=move || is_signed_out.get()>
                    <A href="/sign-in">"Sign in"</A>
                    <Show when=move || is_open>
                        <A href="/register">"Register"</A>
                    </Show>
                </Show>
                <Show when=move || is_signed_in.get()>
                    <A href="/account">"Account"</A>
                    <button type="button" class="quiet" on:click=move |_| sign_out()>"Sign out"</button>
                </Show>
            </nav>
        </header>
    }
}
