//! The banner of every page, for an unreachable server or an application that failed to load.

use leptos::prelude::*;

use crate::{
    session::{Connection, Session, SessionState},
    texts,
};

texts! {
    Text {
        offline: "You're offline. You're still signed in; the page updates when you reconnect."
            | "오프라인 상태입니다. 로그인은 유지되며, 다시 연결되면 페이지가 업데이트됩니다.",
        unreachable: "Can't reach the server. You're still signed in. Retrying…"
            | "서버에 연결할 수 없습니다. 로그인은 유지되며, 다시 시도하고 있습니다…",
        waiting: "Can't reach the server. Retrying…" | "서버에 연결할 수 없습니다. 다시 시도하고 있습니다…",
        network: "Part of the page could not be downloaded. Retrying…"
            | "페이지를 모두 내려받지 못했습니다. 다시 시도하고 있습니다…",
        outdated: "A new version is available." | "새 버전이 있습니다.",
        crashed: "Something went wrong on this page." | "이 페이지에서 오류가 발생했습니다.",
        reload: "Reload the page" | "페이지 새로 고침",
        unsupported: "Signing in requires WebAssembly, which this browser does not support or has turned off. \
                      Enable it, or use another browser."
            | "로그인하려면 웹어셈블리가 필요하지만, 이 브라우저에서 지원되지 않거나 꺼져 있습니다. \
               웹어셈블리를 켜거나 다른 브라우저를 사용하세요.",
        no_script: "Signing in requires JavaScript. Enable it and reload the page."
            | "로그인하려면 자바스크립트가 필요합니다. 자바스크립트를 켜고 페이지를 새로 고치세요.",
    }
}

/// A live region that is usually empty.
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
        <p class="banner failed" data-reason="network" role="alert">{text.network}</p>
        <p class="banner failed" data-reason="unsupported" role="alert">{text.unsupported}</p>
        {[("outdated", text.outdated), ("crashed", text.crashed)]
            .map(|(reason, sentence)| {
                view! {
                    <p class="banner failed" data-reason=reason role="alert">
                        {sentence} " " <a rel="external" href="">{text.reload}</a>
                    </p>
                }
            })}
        <noscript>
            <p class="banner shown">{text.no_script}</p>
        </noscript>
    }
}
