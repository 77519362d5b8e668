//! `/`: what this is, and who you are.

use leptos::{either::EitherOf3, prelude::*};
use leptos_router::components::A;

use crate::{
    session::{Session, SessionState},
    ui::components::ServerFacts,
};

/// The start page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"A pass that renews itself, and ends when you say so"</h1>
            <p class="lead">
                "Hallpass signs people in with short-lived tokens, renews them without anybody noticing, \
                 and takes them back at once: on one device, on all, in every tab."
            </p>
            <Pass/>
        </section>
        <ul class="facts">
            <li>
                <h2>"Nobody is thrown out by a race"</h2>
                <p>"Two tabs, a lost reply, a retry: each ends up with the very same next token."</p>
            </li>
            <li>
                <h2>"A stolen token ends the session"</h2>
                <p>"A spent token that comes back is noticed, and whoever holds a copy is out."</p>
            </li>
            <li>
                <h2>"Signing out is immediate"</h2>
                <p>"No request after it is answered, although no request asks the database."</p>
            </li>
        </ul>
    }
}

/// The state of this browser, drawn as a pass.
#[component]
fn Pass() -> impl IntoView {
    let session = expect_context::<Session>();
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    let name = move || session.username.get().unwrap_or_else(|| "somebody".to_owned());
    let inside = move || match session.state.get() {
        SessionState::Unknown => EitherOf3::A(view! { <p class="holder">"Looking for your pass…"</p> }),
        SessionState::SignedOut => EitherOf3::B(view! {
            <p class="holder">"You are not signed in."</p>
            <p class="actions">
                <A href="/sign-in" attr:class="button primary">"Sign in"</A>
                <Show when=move || is_open>
                    <A href="/register" attr:class="button">"Create an account"</A>
                </Show>
            </p>
        }),
        SessionState::SignedIn | SessionState::Stale => EitherOf3::C(view! {
            <p class="holder">"Signed in as " <strong>{name}</strong></p>
            <p class="actions"><A href="/account" attr:class="button primary">"Your account"</A></p>
        }),
    };
    view! {
        <div class="pass" aria-live="polite">
            <p class="stub" aria-hidden="true">"HALL PASS"</p>
            <div class="body">{inside}</div>
        </div>
    }
}
