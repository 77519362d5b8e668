//! The status of a token as text.

use hallpass_types::BlacklistReason;
use leptos::prelude::*;

use crate::{texts, ui::components::date_time};

texts! {
    Text {
        outstanding: "Outstanding" | "유효",
        expired: "Expired" | "만료됨",
        since(at): "Blacklisted {at}" | "{at} 블랙리스트 등록",
    }
}

texts! {
    fn reason_words(reason: BlacklistReason) {
        BlacklistReason::Rotated => "Refreshed" | "갱신됨",
        BlacklistReason::SignedOut => "Signed out" | "로그아웃",
        BlacklistReason::Revoked => "Revoked" | "폐기됨",
        BlacklistReason::Reuse => "Used twice" | "재사용됨",
        BlacklistReason::PasswordChanged => "Password changed" | "비밀번호 변경",
        BlacklistReason::UserDeactivated => "Account deactivated" | "계정 비활성화",
        BlacklistReason::TooManySessions => "Too many sessions" | "세션 수 초과",
        BlacklistReason::Imported => "Blacklisted before import" | "가져오기 전 블랙리스트",
        BlacklistReason::Other => "Blacklisted" | "블랙리스트",
    }
}

/// The status and its time.
#[component]
pub(super) fn State(is_expired: bool, blacklisted_at: Option<i64>, reason: Option<BlacklistReason>) -> impl IntoView {
    let text = Text::get();
    let (tone, word) = match blacklisted_at.map(|_| reason.unwrap_or(BlacklistReason::Other)) {
        Some(reason) => (tone(reason), reason_words(reason)),
        None if is_expired => (None, text.expired),
        None => (Some("good"), text.outstanding),
    };
    let since = blacklisted_at.map(|at| text.since(&date_time(at)));
    view! {
        <div>
            <span class="badge" data-tone=tone>{word}</span>
            {since.map(|since| view! { <p class="meta">{since}</p> })}
        </div>
    }
}

const fn tone(reason: BlacklistReason) -> Option<&'static str> {
    match reason {
        BlacklistReason::Reuse => Some("bad"),
        BlacklistReason::Revoked | BlacklistReason::UserDeactivated => Some("warn"),
        BlacklistReason::PasswordChanged => Some("info"),
        BlacklistReason::Rotated
        | BlacklistReason::SignedOut
        | BlacklistReason::TooManySessions
        | BlacklistReason::Imported
        | BlacklistReason::Other => None,
    }
}
