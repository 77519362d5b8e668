//! A session in a list: device, IP address and times.

use hallpass_types::SessionInfo;
use leptos::prelude::*;

use super::{Icon, date_time, device_icon, device_words};
use crate::{language::fill, texts};

texts! {
    Text {
        meta: "{address} · signed in {created} · last used {used}" | "{address} · {created} 로그인 · {used} 마지막 사용",
        unknown: "unknown address" | "알 수 없는 주소",
    }
}

/// The row. `here` marks the session of this browser; the children are its actions.
#[component]
pub(crate) fn SessionRow<Actions: IntoView + 'static>(
    info: SessionInfo,
    here: &'static str,
    children: TypedChildren<Actions>,
) -> impl IntoView {
    let text = Text::get();
    let SessionInfo { device, address, created_at, refreshed_at, is_current, .. } = info;
    let meta = fill(
        text.meta,
        &[
            ("address", address.as_deref().unwrap_or(text.unknown)),
            ("created", &date_time(created_at)),
            ("used", &date_time(refreshed_at)),
        ],
    );
    view! {
        <li class="row" class:current=is_current>
            <Icon name=device_icon(&device)/>
            <div class="what">
                <p>
                    <strong>{device_words(&device)}</strong>
                    {is_current.then(|| view! { " " <span class="badge" data-tone="good">{here}</span> })}
                </p>
                <p class="meta">{meta}</p>
            </div>
            {children.into_inner()()}
        </li>
    }
}
