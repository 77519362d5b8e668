//! Labels of the kinds of security events.

use hallpass_types::EventKind;

use crate::texts;

texts! {
    Text {
        registered: "Account made" | "가입",
        imported: "Brought over" | "가져온 계정",
        signed_in: "Signed in" | "로그인",
        sign_in_failed: "Sign-in refused" | "로그인 거부",
        signed_out: "Signed out" | "로그아웃",
        session_ended: "Session ended" | "세션 종료",
        sessions_reset: "All sessions ended" | "모든 세션 종료",
        token_reused: "Token used twice" | "토큰 재사용",
        token_revoked: "Token taken back" | "토큰 회수",
        password_changed: "Password changed" | "비밀번호 변경",
        user_created: "Made by an administrator" | "관리자가 만든 계정",
        user_changed: "Account changed" | "계정 변경",
        user_deactivated: "Deactivated" | "계정 비활성화",
        user_reactivated: "Activated again" | "계정 재활성화",
        other: "Other" | "기타",
    }
}

/// "Sign-in refused".
pub(super) fn kind_words(kind: EventKind) -> &'static str {
    let text = Text::get();
    match kind {
        EventKind::Registered => text.registered,
        EventKind::Imported => text.imported,
        EventKind::SignedIn => text.signed_in,
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
    }
}
