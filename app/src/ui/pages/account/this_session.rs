//! The session of this browser.

use hallpass_types::SessionInfo;
use leptos::prelude::*;

use crate::{
    session::Session,
    texts,
    ui::components::{date_time, device_words, remaining_words, ticking},
};

texts! {
    Text {
        title: "Current session" | "현재 세션",
        device: "Device" | "기기",
        address: "IP address" | "IP 주소",
        unknown: "Unknown" | "알 수 없음",
        signed_in: "Signed in" | "로그인",
        renewed: "Last refreshed" | "마지막 갱신",
        ends: "Session expires" | "세션 만료",
        countdown: "Access token expires in" | "액세스 토큰 만료까지",
    }
}

/// The session's data, and the remaining lifetime of the access token.
#[component]
pub(super) fn ThisSession(info: SessionInfo) -> impl IntoView {
    let text = Text::get();
    view! {
        <section class="card" aria-labelledby="session">
            <h2 id="session">{text.title}</h2>
            <dl>
                <dt>{text.device}</dt>
                <dd>{device_words(&info.device)}</dd>
                <dt>{text.address}</dt>
                <dd>{info.address.unwrap_or_else(|| text.unknown.to_owned())}</dd>
                <dt>{text.signed_in}</dt>
                <dd>{date_time(info.created_at)}</dd>
                <dt>{text.renewed}</dt>
                <dd>{date_time(info.refreshed_at)}</dd>
                <dt>{text.ends}</dt>
                <dd>{date_time(info.ends_at)}</dd>
                <dt>{text.countdown}</dt>
                <dd data-testid="countdown">
                    <Countdown/>
                </dd>
            </dl>
        </section>
    }
}

/// The remaining lifetime of the access token, updated every second.
#[component]
fn Countdown() -> impl IntoView {
    let session = expect_context::<Session>();
    let now = ticking();
    let end = move || session.view.with(|view| view.holder().map(|holder| holder.access_ends_at));
    move || end().map(|end| remaining_words(end - now.get()))
}
