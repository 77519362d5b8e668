//! Who is signed in, and the session of this browser.

use std::time::Duration;

use leptos::{either::EitherOf3, prelude::*, task::spawn_local};

use crate::{
    api::account,
    session::{Session, SessionState},
    ui::components::{Skeleton, date_time, remaining_words},
    wire::{ApiError, Me, SessionInfo},
};

/// How long after a failure the server is asked again, when it has no wish of its own.
const RETRY_SECONDS: u64 = 5;

/// Asks the server who the bearer is, and again while it cannot be reached.
#[component]
pub(super) fn Details() -> impl IntoView {
    let session = expect_context::<Session>();
    let me = RwSignal::new(None::<Result<Me, ApiError>>);
    let attempts = RwSignal::new(0_u32);
    let is_reachable = Memo::new(move |_| session.state.get() == SessionState::SignedIn);
    Effect::new(move |_| {
        attempts.track();
        if is_reachable.get() && !me.with_untracked(|me| matches!(me, Some(Ok(_)))) {
            spawn_local(async move {
                let answer = account::me().await;
                if let Err(error) = &answer {
                    let pause = Duration::from_secs(error.retry_after.map_or(RETRY_SECONDS, u64::from));
                    // The page may have gone meanwhile.
                    set_timeout(move || _ = attempts.try_update(|attempts| *attempts += 1), pause);
                }
                me.try_set(Some(answer));
            });
        }
    });
    move || match me.get() {
        None => EitherOf3::A(view! { <Skeleton/> }),
        Some(Ok(me)) => EitherOf3::B(view! { <Profile me/> }),
        Some(Err(error)) => EitherOf3::C(view! { <p class="notice" role="alert">{error.message}</p> }),
    }
}

#[component]
fn Profile(me: Me) -> impl IntoView {
    let email = if me.email.is_empty() { "None".to_owned() } else { me.email };
    view! {
        <section class="card" aria-labelledby="profile">
            <h2 id="profile">"You"</h2>
            <dl>
                <dt>"Username"</dt>
                <dd data-testid="username">{me.username}</dd>
                <dt>"Email"</dt>
                <dd>{email}</dd>
                <dt>"Member since"</dt>
                <dd>{date_time(me.date_joined)}</dd>
            </dl>
        </section>
        {me.session.map(|info| view! { <ThisSession info/> })}
    }
}

#[component]
fn ThisSession(info: SessionInfo) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="session">
            <h2 id="session">"This session"</h2>
            <dl>
                <dt>"Device"</dt>
                <dd>{info.device}</dd>
                <dt>"Address"</dt>
                <dd>{info.address.unwrap_or_else(|| "Unknown".to_owned())}</dd>
                <dt>"Signed in"</dt>
                <dd>{date_time(info.created_at)}</dd>
                <dt>"Last renewed"</dt>
                <dd>{date_time(info.refreshed_at)}</dd>
                <dt>"Ends at the latest"</dt>
                <dd>{date_time(info.ends_at)}</dd>
                <dt>"Access token renewed within"</dt>
                <dd data-testid="countdown"><Countdown/></dd>
            </dl>
        </section>
    }
}

/// How long the access token lives, second by second.
#[component]
fn Countdown() -> impl IntoView {
    let session = expect_context::<Session>();
    let now = RwSignal::new(js_sys::Date::now());
    let tick = set_interval_with_handle(move || now.set(js_sys::Date::now()), Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(tick) = tick {
            tick.clear();
        }
    });
    move || session.access_ends_at.get().map(|end| remaining_words(end - whole(now.get())))
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of this era fit")]
fn whole(millis: f64) -> i64 {
    millis as i64
}
