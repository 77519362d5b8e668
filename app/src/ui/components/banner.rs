//! What is said on every page when the server cannot be reached, or the application did not load.

use leptos::prelude::*;

use crate::{
    session::{Connection, Session, SessionState},
    texts,
};

texts! {
    Text {
        offline: "You are offline. You stay signed in, and the page goes on when the network is back."
            | "오프라인 상태입니다. 로그인은 유지되며, 네트워크가 돌아오면 이어집니다.",
        unreachable: "The server cannot be reached. You stay signed in. Trying again…"
            | "서버에 연결할 수 없습니다. 로그인은 유지되며, 다시 시도하고 있습니다…",
        waiting: "The server cannot be reached. Trying again…" | "서버에 연결할 수 없습니다. 다시 시도하고 있습니다…",
        failed: "The application did not load. Check the connection and reload the page."
            | "애플리케이션을 불러오지 못했습니다. 연결을 확인하고 페이지를 새로 고치세요.",
        no_script: "Hallpass keeps your pass in the browser, which takes JavaScript. Switch it on to sign in."
            | "Hallpass는 출입증을 브라우저에 보관하므로 자바스크립트가 필요합니다. 켜고 로그인하세요.",
    }
}

/// A line that is empty most of the time; screen readers hear when it is not.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let text = Text::get();
    let session = expect_context::<Session>();
    let sentence = move || match (session.state.get(), session.connection.get()) {
        (SessionState::SignedOut, _) | (_, Connection::Fine) => "",
        (SessionState::Unknown, _) => text.waiting,
        (_, Connection::Offline) => text.offline,
        (_, Connection::Unreachable) => text.unreachable,
    };
    view! {
        <div class="banner" class:shown=move || !sentence().is_empty() role="status">{sentence}</div>
        <p class="banner failed" role="alert">{text.failed}</p>
        <noscript>
            <p class="banner shown">{text.no_script}</p>
        </noscript>
    }
}
