//! A pasted token, decoded in the browser and sent nowhere.

use hallpass_types::millis;
use leptos::{either::EitherOf3, prelude::*};

use super::{anatomy::NoToken, find_token::find_token, token::TokenAnatomy};
use crate::{session, texts, ui::components::date_time};

texts! {
    Text {
        title: "Decode a token" | "토큰 해독",
        label: "Token" | "토큰",
        hint: "The token is decoded in this page. It is neither sent nor stored."
            | "토큰은 이 페이지 안에서만 해독하며, 보내거나 저장하지 않습니다.",
        not_verified: "The signature was not verified; this requires the issuer's key."
            | "서명은 검증하지 않았습니다. 검증하려면 발급자의 키가 필요합니다.",
        expired(at): "The token expired at {at}." | "{at}에 만료된 토큰입니다.",
    }
}

texts! {
    fn fault_words(fault: NoToken) {
        NoToken::Parts => "Not a JWT: expected three parts separated by dots." | "JWT가 아닙니다. 점으로 구분된 세 부분이 있어야 합니다.",
        NoToken::Encrypted => "This token is encrypted. Only its recipient can decode it." | "암호화된 토큰입니다. 수신자만 해독할 수 있습니다.",
        NoToken::Header => "The header is not valid: expected JSON in base64url." | "헤더가 올바르지 않습니다. base64url로 인코딩한 JSON이어야 합니다.",
        NoToken::Claims => "The payload is not valid: expected a JSON object in base64url."
            | "페이로드가 올바르지 않습니다. base64url로 인코딩한 JSON 객체여야 합니다.",
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
            let ended = ended.map(|at| text.expired(&at));
            EitherOf3::B(view! {
                <p class="notice" role="status">{text.not_verified} " " {ended}</p>
                <TokenAnatomy token before=None/>
            })
        }
        Some(Err(fault)) => {
            EitherOf3::C(view! { <p class="notice" data-tone="warn" role="status">{fault_words(fault)}</p> })
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
