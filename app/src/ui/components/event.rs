//! A security event in words, for its user and for administrators.

use hallpass_types::EventKind;

use crate::{
    texts,
    ui::components::{date_time, device_words},
};

texts! {
    /// The kind of an event.
    pub(crate) fn event_words(kind: EventKind) {
        EventKind::Registered => "Account created" | "계정 생성",
        EventKind::Imported => "Account imported" | "계정 가져옴",
        EventKind::SignedIn => "Signed in" | "로그인",
        EventKind::SignInFailed => "Sign-in failed" | "로그인 실패",
        EventKind::SignedOut => "Signed out" | "로그아웃",
        EventKind::SessionEnded => "Session ended" | "세션 종료",
        EventKind::SessionsReset => "All sessions ended" | "모든 세션 종료",
        EventKind::TokenReused => "A refresh token was used twice" | "리프레시 토큰 재사용",
        EventKind::TokenRevoked => "Token revoked" | "토큰 폐기",
        EventKind::PasswordChanged => "Password changed" | "비밀번호 변경",
        EventKind::UserCreated => "Account created by an administrator" | "관리자가 계정 생성",
        EventKind::UserChanged => "Account changed" | "계정 정보 변경",
        EventKind::UserDeactivated => "Account deactivated" | "계정 비활성화",
        EventKind::UserReactivated => "Account reactivated" | "계정 재활성화",
        EventKind::Other => "Other" | "기타",
    }
}

texts! {
    /// The label of an account's field; empty for a field that only a newer server knows.
    fn known_field(name: &str) {
        "username" => "username" | "사용자 이름",
        "email" => "email" | "이메일",
        "is_active" => "status" | "상태",
        "is_staff" => "staff" | "스태프",
        "is_superuser" => "superuser" | "최고 관리자",
        _ => "" | "",
    }
}

texts! {
    Text {
        failed(count, last): "{count} failed sign-ins, the last at {last}" | "로그인 실패 {count}회, 마지막 {last}",
        reused: "The session was ended because someone may have copied the token."
            | "누군가 토큰을 복사했을 수 있어 세션을 종료했습니다.",
        by_administrator: "by an administrator" | "관리자가 수행",
        before(place): "last used from {place}" | "마지막 사용: {place}",
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

/// The event with its details: "Account changed: email, staff".
pub(crate) fn event_sentence(event: &Happening<'_>) -> String {
    let (text, words) = (Text::get(), event_words(event.kind));
    match event.kind {
        EventKind::SignInFailed if event.count > 1 => {
            text.failed(&event.count, &event.last_at.map(date_time).unwrap_or_default())
        }
        EventKind::UserChanged => {
            let fields: Vec<_> = event.changed.iter().map(|name| field_words(name)).collect();
            format!("{words}: {}", fields.join(", "))
        }
        EventKind::TokenReused => format!("{words}. {}", text.reused),
        _ => words.to_owned(),
    }
}

fn field_words(name: &str) -> &str {
    let known = known_field(name);
    if known.is_empty() { name } else { known }
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
        let parts: Vec<_> = address.map(str::to_owned).into_iter().chain(device.map(device_words)).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    };
    let before = place(other.0, other.1).map(|place| text.before(&place));
    let actor = by_administrator.then(|| text.by_administrator.to_owned());
    [place(address, device), before, actor].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
