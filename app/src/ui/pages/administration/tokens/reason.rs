//! The status of a token as text.

use hallpass_types::{BlacklistReason, TokenRecord};
use leptos::prelude::*;

use crate::{language::fill, texts, ui::components::date_time};

texts! {
    Text {
        outstanding: "Outstanding" | "유효",
        expired: "Expired" | "만료됨",
        rotated: "Renewed" | "갱신됨",
        signed_out: "Signed out" | "로그아웃",
        revoked: "Taken back" | "회수됨",
        reuse: "Used twice" | "재사용됨",
        password_changed: "Password changed" | "비밀번호 변경",
        user_deactivated: "Account deactivated" | "계정 비활성화",
        too_many_sessions: "Too many sessions" | "세션 수 초과",
        imported: "Blacklisted before import" | "가져오기 전 블랙리스트",
        other: "Blacklisted" | "블랙리스트",
        since: "Blacklisted {at}" | "{at} 블랙리스트에 오름",
    }
}

/// The status and its time.
#[component]
pub(super) fn State(is_expired: bool, blacklisted_at: Option<i64>, reason: Option<BlacklistReason>) -> impl IntoView {
    let text = Text::get();
    let (tone, word) = match (blacklisted_at, reason) {
        (Some(_), reason) => words(text, reason.unwrap_or(BlacklistReason::Other)),
        (None, _) if is_expired => (None, text.expired),
        (None, _) => (Some("good"), text.outstanding),
    };
    let since = blacklisted_at.map(|at| fill(text.since, &[("at", &date_time(at))]));
    view! {
        <div>
            <span class="badge" data-tone=tone>{word}</span>
            {since.map(|since| view! { <p class="meta">{since}</p> })}
        </div>
    }
}

/// Whether the token can still be blacklisted.
pub(super) const fn is_outstanding(token: &TokenRecord) -> bool {
    token.blacklisted_at.is_none()
}

fn words(text: &Text, reason: BlacklistReason) -> (Option<&'static str>, &'static str) {
    match reason {
        BlacklistReason::Rotated => (None, text.rotated),
        BlacklistReason::SignedOut => (None, text.signed_out),
        BlacklistReason::Revoked => (Some("warn"), text.revoked),
        BlacklistReason::Reuse => (Some("bad"), text.reuse),
        BlacklistReason::PasswordChanged => (Some("info"), text.password_changed),
        BlacklistReason::UserDeactivated => (Some("warn"), text.user_deactivated),
        BlacklistReason::TooManySessions => (None, text.too_many_sessions),
        BlacklistReason::Imported => (None, text.imported),
        BlacklistReason::Other => (None, text.other),
    }
}
