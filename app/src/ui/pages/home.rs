//! `/`: the home page, with the state of this browser.

use leptos::{either::EitherOf3, prelude::*};

use crate::{
    session::{Session, SessionState},
    texts,
    ui::components::{Icon, ServerFacts},
};

texts! {
    Text {
        title: "A pass that renews itself, and ends when you say so" | "스스로 갱신되고, 원할 때 끝나는 출입증",
        lead: "Hallpass signs people in with short-lived tokens, renews them without anybody noticing, \
               and takes them back at once: on one device, on all, in every tab."
            | "Hallpass는 수명이 짧은 토큰으로 로그인하게 하고, 아무도 모르게 갱신하며, \
               한 기기든 모든 기기든 모든 탭이든 즉시 회수합니다.",
        race: "Nobody is thrown out by a race" | "경합으로 로그아웃되지 않습니다",
        race_why: "Two tabs, a lost reply, a retry: each ends up with the very same next token."
            | "두 개의 탭, 잃어버린 응답, 재시도: 모두 똑같은 다음 토큰을 받습니다.",
        theft: "A stolen token ends the session" | "훔친 토큰은 세션을 끝냅니다",
        theft_why: "A spent token that comes back is noticed, and whoever holds a copy is out."
            | "이미 쓴 토큰이 다시 오면 알아차리고, 사본을 가진 쪽은 쫓겨납니다.",
        end: "Signing out is immediate" | "로그아웃은 즉시입니다",
        end_why: "No request after it is answered, although no request asks the database."
            | "요청마다 데이터베이스를 묻지 않으면서도, 그 뒤의 요청에는 답하지 않습니다.",
    }
}

/// The home page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let text = Text::get();
    let facts = [
        ("users", text.race, text.race_why),
        ("shield", text.theft, text.theft_why),
        ("clock", text.end, text.end_why),
    ];
    let fact = |(icon, title, why): (&'static str, &'static str, &'static str)| {
        view! {
            <li>
                <Icon name=icon/>
                <h2>{title}</h2>
                <p>{why}</p>
            </li>
        }
    };
    view! {
        <section class="hero">
            <h1>{text.title}</h1>
            <p class="lead">{text.lead}</p>
            <Pass/>
        </section>
        <ul class="facts">{facts.map(fact)}</ul>
    }
}

texts! {
    PassText {
        stub: "HALL PASS" | "출입증",
        looking: "Looking for your pass…" | "출입증을 찾고 있습니다…",
        nobody: "You are not signed in." | "로그인하지 않았습니다.",
        sign_in: "Sign in" | "로그인",
        register: "Create an account" | "계정 만들기",
        holder: "Signed in as {name}" | "{name} 님으로 로그인됨",
        somebody: "somebody" | "사용자",
        account: "Your account" | "내 계정",
        valid: "Valid" | "유효",
    }
}

/// The session state of this browser, drawn as a pass.
#[component]
pub(super) fn Pass() -> impl IntoView {
    let text = PassText::get();
    let session = expect_context::<Session>();
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    let name = move || session.username.get().unwrap_or_else(|| text.somebody.to_owned());
    let (before, after) = text.holder.split_once("{name}").unwrap_or_default();
    let inside = move || match session.state.get() {
        SessionState::Unknown => EitherOf3::A(view! { <p class="holder">{text.looking}</p> }),
        SessionState::SignedOut => EitherOf3::B(view! {
            <p class="holder">{text.nobody}</p>
            <p class="actions">
                <a href="/sign-in" class="button primary">{text.sign_in}</a>
                {is_open.then(|| view! { <a href="/register" class="button">{text.register}</a> })}
            </p>
        }),
        SessionState::SignedIn | SessionState::Stale => EitherOf3::C(view! {
            <p class="stamp" aria-hidden="true">{text.valid}</p>
            <p class="holder">
                {before}
                <strong>{name}</strong>
                {after}
            </p>
            <p class="actions">
                <a href="/account" class="button primary">{text.account}</a>
            </p>
        }),
    };
    let state = move || session.state.get().word();
    view! {
        <div class="pass" data-state=state aria-live="polite">
            <p class="stub" aria-hidden="true">{text.stub}</p>
            <div class="body">{inside}</div>
        </div>
    }
}
