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
        why: "What the token engine of this tab did since the page was opened. No token is written here."
            | "이 탭의 토큰 엔진이 페이지를 연 뒤로 한 일입니다. 토큰은 기록하지 않습니다.",
        counters: "Counts" | "횟수",
        refreshes: "Refreshes" | "갱신",
        adoptions: "Adopted from other tabs" | "다른 탭에서 받음",
        retries: "Retries" | "재시도",
        skew: "Clock skew" | "시계 차이",
        record: "Flight recorder" | "비행 기록",
        started: "found a pair in storage" | "저장된 토큰 쌍을 찾음",
        signed_in: "signed in" | "로그인",
        asked: "asked for the next pair" | "다음 쌍을 요청함",
        renewed: "got the next pair" | "다음 쌍을 받음",
        adopted: "took over a pair that another tab got" | "다른 탭이 받은 쌍을 씀",
        retrying: "no answer; tries again in {time} s" | "응답 없음, {time}초 뒤 재시도",
        refused: "the refresh token was refused; the access token is used to its end"
            | "리프레시 토큰이 거부됨, 액세스 토큰은 끝까지 씀",
        ended: "the session is over" | "세션이 끝남",
        signed_out: "signed out" | "로그아웃",
        offline: "the network is gone" | "네트워크가 끊김",
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
                {move || flight.with(|flight| flight.entries.iter().rev().map(|entry| line(text, *entry)).collect_view())}
            </ol>
        </section>
    }
}

fn line(text: &Text, entry: Entry) -> impl IntoView + use<> {
    let (tone, words) = match entry.event {
        EngineEvent::Started => ("info", text.started.to_owned()),
        EngineEvent::SignedIn => ("good", text.signed_in.to_owned()),
        EngineEvent::Asked => ("info", text.asked.to_owned()),
        EngineEvent::Renewed => ("good", text.renewed.to_owned()),
        EngineEvent::Adopted => ("good", text.adopted.to_owned()),
        EngineEvent::Retrying(millis) => {
            let seconds = format!("{}.{}", millis / 1000, millis % 1000 / 100);
            ("warn", fill(text.retrying, &[("time", &seconds)]))
        }
        EngineEvent::Rejected => ("bad", text.refused.to_owned()),
        EngineEvent::Ended => ("bad", text.ended.to_owned()),
        EngineEvent::SignedOut => ("info", text.signed_out.to_owned()),
        EngineEvent::Offline => ("warn", text.offline.to_owned()),
    };
    view! {
        <li data-tone=tone>
            <time>{precise_time(entry.at)}</time>
            " "
            {words}
        </li>
    }
}
