//! `/`: the home page, with the state of this browser.

use leptos::{either::EitherOf3, prelude::*};

use crate::{
    session::{Session, SessionState},
    texts,
    ui::components::{Icon, ServerFacts},
};

texts! {
    Text {
        title: "Token authentication that stays signed in" | "로그인이 끊기지 않는 토큰 인증",
        lead: "Hallpass signs people in with short-lived tokens, refreshes them automatically, \
               and revokes them instantly, on one device or all of them."
            | "Hallpass는 수명이 짧은 토큰으로 로그인하고, 토큰을 자동으로 갱신하며, \
               한 기기에서든 모든 기기에서든 즉시 폐기합니다.",
        race: "Race conditions never sign anyone out" | "동시에 갱신해도 로그아웃되지 않습니다",
        race_why: "Two tabs, a lost response or a retry all receive the same next token."
            | "탭이 여러 개이거나, 응답을 잃거나, 재시도해도 모두 같은 다음 토큰을 받습니다.",
        theft: "A stolen token ends the session" | "도난된 토큰이 사용되면 세션이 종료됩니다",
        theft_why: "If a used refresh token is replayed, the session is revoked."
            | "이미 사용한 리프레시 토큰이 다시 사용되면 세션을 종료하여 접근을 차단합니다.",
        end: "Signing out is immediate" | "로그아웃은 즉시 적용됩니다",
        end_why: "Tokens stop working the moment you sign out, without a database lookup per request."
            | "요청마다 데이터베이스를 조회하지 않아도, 로그아웃하면 토큰을 바로 쓸 수 없게 됩니다.",
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
        looking: "Checking your session…" | "세션을 확인하고 있습니다…",
        nobody: "You are not signed in." | "로그인하지 않았습니다.",
        sign_in: "Sign in" | "로그인",
        register: "Create account" | "계정 만들기",
        before: "Signed in as" | "",
        holder(name): "{name}" | "{name} 님",
        after: "" | "로그인 중",
        unnamed: "unknown user" | "사용자",
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
    let name = move || text.holder(&session.username.get().as_deref().unwrap_or(text.unnamed));
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
                {text.before}
                <strong>{name}</strong>
                {text.after}
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
