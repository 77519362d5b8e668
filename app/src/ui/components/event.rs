//! A security event as a sentence, for its user and for administrators.

use hallpass_types::EventKind;

use crate::{
    language::fill,
    texts,
    ui::components::{date_time, device_words},
};

texts! {
    Text {
        registered: "The account was made." | "계정이 만들어졌습니다.",
        imported: "The account was brought over from another system." | "다른 시스템에서 계정을 옮겨 왔습니다.",
        signed_in: "Signed in." | "로그인했습니다.",
        sign_in_failed: "A sign-in was refused." | "로그인이 거부되었습니다.",
        sign_ins_failed: "{count} sign-ins were refused, the last at {last}." | "로그인이 {count}번 거부되었습니다. 마지막: {last}.",
        signed_out: "Signed out." | "로그아웃했습니다.",
        session_ended: "A session was ended from elsewhere." | "다른 곳에서 세션을 종료했습니다.",
        sessions_reset: "All sessions were ended." | "모든 세션이 종료되었습니다.",
        token_reused: "An old token was used again, so its session was ended. Someone may have copied it."
            | "예전 토큰이 다시 쓰여 세션이 종료되었습니다. 누군가 토큰을 복사했을 수 있습니다.",
        token_revoked: "A token was taken back, and its session was ended." | "토큰이 회수되고 세션이 종료되었습니다.",
        password_changed: "The password was changed." | "비밀번호가 바뀌었습니다.",
        user_created: "An administrator made the account." | "관리자가 계정을 만들었습니다.",
        user_changed: "The account was changed: {fields}." | "계정 정보가 바뀌었습니다: {fields}.",
        user_deactivated: "The account was deactivated, and all its sessions were ended."
            | "계정이 비활성화되고 모든 세션이 종료되었습니다.",
        user_reactivated: "The account was made active again." | "계정이 다시 활성화되었습니다.",
        username: "username" | "사용자 이름",
        email: "email" | "이메일",
        is_active: "state" | "상태",
        is_staff: "staff" | "스태프",
        is_superuser: "superuser" | "최고 관리자",
        other: "Something happened that this page has no word for." | "이 페이지가 알지 못하는 일이 있었습니다.",
        by_administrator: "by an administrator" | "관리자가 함",
        before: "last used from {place}" | "마지막 사용: {place}",
    }
}

/// The part of an event that the sentence needs.
pub(crate) struct Happening<'a> {
    /// The kind of event.
    pub(crate) kind: EventKind,
    /// The number of occurrences.
    pub(crate) count: u64,
    /// The last occurrence, Unix seconds, if occurrences are counted.
    pub(crate) last_at: Option<i64>,
    /// The changed fields of the account.
    pub(crate) changed: &'a [String],
}

/// "Your password was changed."
pub(crate) fn event_sentence(event: &Happening<'_>) -> String {
    let text = Text::get();
    let sentence = match event.kind {
        EventKind::Registered => text.registered,
        EventKind::Imported => text.imported,
        EventKind::SignedIn => text.signed_in,
        EventKind::SignInFailed if event.count > 1 => text.sign_ins_failed,
        EventKind::SignInFailed => text.sign_in_failed,
        EventKind::SignedOut => text.signed_out,
        EventKind::SessionEnded => text.session_ended,
        EventKind::SessionsReset => text.sessions_reset,
        EventKind::TokenReused => text.token_reused,
        EventKind::TokenRevoked => text.token_revoked,
        EventKind::PasswordChanged => text.password_changed,
        EventKind::UserCreated => text.user_created,
        EventKind::UserChanged => text.user_changed,
        EventKind::UserDeactivated => text.user_deactivated,
        EventKind::UserReactivated => text.user_reactivated,
        EventKind::Other => text.other,
    };
    let last = event.last_at.map(date_time).unwrap_or_default();
    let fields = event.changed.iter().map(|name| field_words(name)).collect::<Vec<_>>().join(", ");
    fill(sentence, &[("count", &event.count.to_string()), ("last", &last), ("fields", &fields)])
}

/// The label of an account's field. A field that only a newer server knows keeps its name.
fn field_words(name: &str) -> &str {
    let text = Text::get();
    match name {
        "username" => text.username,
        "email" => text.email,
        "is_active" => text.is_active,
        "is_staff" => text.is_staff,
        "is_superuser" => text.is_superuser,
        name => name,
    }
}

/// The severity, as a class of the stylesheet.
pub(crate) const fn event_tone(kind: EventKind) -> &'static str {
    match kind {
        EventKind::TokenReused => "bad",
        EventKind::SignInFailed | EventKind::TokenRevoked | EventKind::SessionsReset | EventKind::UserDeactivated => {
            "warn"
        }
        EventKind::SignedIn | EventKind::Registered | EventKind::UserReactivated => "good",
        EventKind::Imported
        | EventKind::SignedOut
        | EventKind::SessionEnded
        | EventKind::PasswordChanged
        | EventKind::UserCreated
        | EventKind::UserChanged
        | EventKind::Other => "info",
    }
}

/// The origin and actor of an event: "203.0.113.7 · Firefox on Linux".
pub(crate) fn event_origin(
    address: Option<&str>,
    device: Option<&str>,
    other: (Option<&str>, Option<&str>),
    by_administrator: bool,
) -> String {
    let text = Text::get();
    let place = |address: Option<&str>, device: Option<&str>| {
        let parts: Vec<_> = [address.map(str::to_owned), device.map(device_words)].into_iter().flatten().collect();
        parts.join(" · ")
    };
    let mut parts = vec![place(address, device)];
    let before = place(other.0, other.1);
    if !before.is_empty() {
        parts.push(fill(text.before, &[("place", &before)]));
    }
    if by_administrator {
        parts.push(text.by_administrator.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}
