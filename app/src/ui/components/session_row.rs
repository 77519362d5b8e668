//! A session in a list: device, IP address and times, with a button that ends it.

use hallpass_types::SessionInfo;
use leptos::prelude::*;

use super::{Confirm, Icon, Question, date_time, device_icon, device_words};
use crate::texts;

texts! {
    Text {
        meta(address, created, used): "{address} · signed in {created} · last active {used}"
            | "{address} · {created} 로그인 · {used} 마지막 사용",
        unknown: "unknown IP address" | "알 수 없는 IP 주소",
        tokens: "Tokens" | "토큰",
        tokens_of(device): "Tokens of the session on {device}" | "{device} 세션의 토큰",
        end: "End session" | "세션 종료",
        end_of(device): "End session on {device}" | "{device} 세션 종료",
        ask(device): "End the session on {device}?" | "{device} 세션을 종료할까요?",
        consequence: "That device is signed out immediately. This cannot be undone."
            | "해당 기기는 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        ended(device): "The session on {device} was ended." | "{device} 세션을 종료했습니다.",
    }
}

/// The row. `here` marks the session of this browser.
#[component]
pub(crate) fn SessionRow<End: FnOnce(String, String) + Clone + 'static>(
    info: SessionInfo,
    here: &'static str,
    confirm: Confirm,
    /// Ends the session with an id, and reports success with a text. Without it, there is no button.
    end: Option<End>,
    /// The URL of the session's tokens.
    #[prop(optional)]
    tokens: Option<String>,
) -> impl IntoView {
    let text = Text::get();
    let SessionInfo { id, device, address, created_at, refreshed_at, is_current, .. } = info;
    let (icon, device) = (device_icon(&device), device_words(&device));
    let address = address.as_deref().unwrap_or(text.unknown);
    let meta = text.meta(&address, &date_time(created_at), &date_time(refreshed_at));
    let tokens = tokens.map(|href| {
        view! { <a class="button quiet" href=href aria-label=text.tokens_of(&device)>{text.tokens}</a> }
    });
    let label = text.end_of(&device);
    let (question, done) = (text.ask(&device), text.ended(&device));
    let end = end.map(|end| {
        let ask = move |_| {
            let (end, id, done) = (end.clone(), id.clone(), done.clone());
            let question =
                Question { title: question.clone(), consequence: text.consequence.to_owned(), button: text.end };
            confirm.ask(question, move || end(id, done));
        };
        view! { <button type="button" class="quiet danger" aria-label=label on:click=ask>{text.end}</button> }
    });
    view! {
        <li class="row" class:current=is_current>
            <Icon name=icon/>
            <div class="what">
                <p>
                    <strong>{device}</strong>
                    {is_current.then(|| view! { " " <span class="badge" data-tone="good">{here}</span> })}
                </p>
                <p class="meta">{meta}</p>
            </div>
            {end.map(|end| view! { <p class="actions">{tokens} {end}</p> })}
        </li>
    }
}
