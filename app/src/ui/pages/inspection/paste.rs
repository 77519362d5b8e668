//! A pasted token, decoded in the browser and sent nowhere.

use hallpass_types::millis;
use leptos::{either::EitherOf3, prelude::*};

use super::{anatomy::NoToken, find_token::find_token, token::TokenAnatomy};
use crate::{language::fill, session, texts, ui::components::date_time};

texts! {
    Text {
        title: "Look inside any token" | "다른 토큰 들여다보기",
        label: "Token" | "토큰",
        hint: "It is taken apart in this page: nothing of it is sent or kept."
            | "이 페이지 안에서만 나누어 봅니다. 보내거나 저장하지 않습니다.",
        not_verified: "Its signature was not verified: that takes the issuer's key."
            | "서명은 확인하지 않았습니다. 확인하려면 발급자의 키가 필요합니다.",
        expired: "It ended at {at}." | "{at}에 끝났습니다.",
        parts: "This is no token: three parts with dots between them are expected." | "토큰이 아닙니다. 점으로 나뉜 세 부분이 있어야 합니다.",
        encrypted: "This token is encrypted: only its receiver can look inside." | "암호화된 토큰입니다. 받는 쪽만 안을 볼 수 있습니다.",
        header: "The first part is no header: it should be JSON in base64url." | "첫 부분이 헤더가 아닙니다. base64url로 된 JSON이어야 합니다.",
        claims: "The second part holds no claims: it should be a JSON object in base64url."
            | "둘째 부분에 항목이 없습니다. base64url로 된 JSON 객체여야 합니다.",
    }
}

/// The input and the decoded token.
#[component]
pub(super) fn Paste() -> impl IntoView {
    let text = Text::get();
    let typed = RwSignal::new(String::new());
    let taken_apart = move || {
        let typed = typed.read();
        (!typed.trim().is_empty()).then(|| find_token(&typed))
    };
    let inside = move || match taken_apart() {
        None => EitherOf3::A(()),
        Some(Ok(token)) => {
            let ended = token.timestamp("exp").filter(|exp| millis(*exp) <= session::now()).map(date_time);
            let ended = ended.map(|at| fill(text.expired, &[("at", &at)]));
            EitherOf3::B(view! {
                <p class="notice" role="status">{text.not_verified} " " {ended}</p>
                <TokenAnatomy token before=None/>
            })
        }
        Some(Err(fault)) => {
            EitherOf3::C(view! { <p class="notice" data-tone="warn" role="status">{describe(text, fault)}</p> })
        }
    };
    view! {
        <section class="card" aria-labelledby="paste-title">
            <h2 id="paste-title">{text.title}</h2>
            <div class="field">
                <label for="paste">{text.label}</label>
                <textarea
                    id="paste"
                    rows="4"
                    spellcheck="false"
                    autocapitalize="none"
                    autocomplete="off"
                    aria-describedby="paste-hint"
                    on:input=move |event| typed.set(event_target_value(&event))
                ></textarea>
                <p class="hint" id="paste-hint">{text.hint}</p>
            </div>
            {inside}
        </section>
    }
}

fn describe(text: &Text, fault: NoToken) -> &'static str {
    match fault {
        NoToken::Parts => text.parts,
        NoToken::Encrypted => text.encrypted,
        NoToken::Header => text.header,
        NoToken::Claims => text.claims,
    }
}
