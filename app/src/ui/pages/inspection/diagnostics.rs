//! The engine's log in this tab, live.

use leptos::prelude::*;

use crate::{
    language::fill,
    session::{self, EngineEvent, EngineLog, Entry},
    texts,
    ui::components::{every_second, precise_time},
};

texts! {
    Text {
        why: "Activity of this tab's token engine since the page was opened. Tokens are not logged."
            | "페이지를 연 뒤 이 탭의 토큰 엔진이 동작한 기록입니다. 토큰은 기록하지 않습니다.",
        counters: "Counters" | "횟수",
        refreshes: "Refreshes" | "갱신",
        adoptions: "Adopted from other tabs" | "다른 탭에서 받음",
        retries: "Retries" | "재시도",
        skew: "Clock skew" | "시계 차이",
        record: "Activity log" | "동작 기록",
    }
}

texts! {
    fn event_words(event: EngineEvent) {
        EngineEvent::Started => "found tokens in storage" | "저장된 토큰을 찾음",
        EngineEvent::SignedIn => "signed in" | "로그인",
        EngineEvent::Asked => "requested new tokens" | "새 토큰을 요청함",
        EngineEvent::Renewed => "received new tokens" | "새 토큰을 받음",
        EngineEvent::Adopted => "adopted tokens of another tab" | "다른 탭의 토큰을 사용함",
        EngineEvent::Retrying(_) => "no response; retrying in {time} s" | "응답 없음, {time}초 뒤 재시도",
        EngineEvent::Rejected => "refresh token rejected; the access token is used until it expires"
            | "리프레시 토큰이 거부됨, 액세스 토큰은 만료될 때까지 사용",
        EngineEvent::Ended => "session ended" | "세션 종료",
        EngineEvent::SignedOut => "signed out" | "로그아웃",
        EngineEvent::Offline => "offline" | "오프라인",
    }
}

/// The counters and the log.
#[component]
pub(super) fn Diagnostics() -> impl IntoView {
    let text = Text::get();
    let flight = RwSignal::new(session::log());
    every_second(move || {
        let now = session::log();
        if flight.with_untracked(|shown| *shown != now) {
            flight.set(now);
        }
    });
    let skew = move || {
        flight.track();
        session::stored_pair().map(|pair| format!("{} ms", pair.skew))
    };
    let count = move |label: &'static str, count: fn(&EngineLog) -> u32| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{move || flight.with(count)}</dd>
            </div>
        }
    };
    view! {
        <p>{text.why}</p>
        <dl class="counters" aria-label=text.counters>
            {count(text.refreshes, |flight| flight.refreshes)}
            {count(text.adoptions, |flight| flight.adoptions)}
            {count(text.retries, |flight| flight.retries)}
            <div>
                <dt>{text.skew}</dt>
                <dd>{skew}</dd>
            </div>
        </dl>
        <section class="card" aria-labelledby="record">
            <h2 id="record">{text.record}</h2>
            <ol class="flight" tabindex="0" aria-labelledby="record">
                {move || flight.with(|flight| flight.entries.iter().rev().copied().map(line).collect_view())}
            </ol>
        </section>
    }
}

fn line(entry: Entry) -> impl IntoView {
    let tone = match entry.event {
        EngineEvent::Started | EngineEvent::Asked | EngineEvent::SignedOut => "info",
        EngineEvent::SignedIn | EngineEvent::Renewed | EngineEvent::Adopted => "good",
        EngineEvent::Retrying(_) | EngineEvent::Offline => "warn",
        EngineEvent::Rejected | EngineEvent::Ended => "bad",
    };
    let wait = if let EngineEvent::Retrying(millis) = entry.event { millis } else { 0 };
    let seconds = format!("{}.{}", wait / 1000, wait % 1000 / 100);
    let words = fill(event_words(entry.event), &[("time", &seconds)]);
    view! {
        <li data-tone=tone>
            <time>{precise_time(entry.at)}</time>
            " "
            {words}
        </li>
    }
}
