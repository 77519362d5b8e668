//! The sentence of each error code. Used by the server for its errors and by the browser for transport errors.

use crate::{api::Code, texts};

texts! {
    /// The sentence of an error code: the problem and its solution.
    pub(super) fn of(code: Code) {
        Code::Invalid => "Check the highlighted fields." | "표시된 항목을 확인하세요.",
        Code::NoActiveAccount => "This username and password do not match an active account. Check both and try again."
            | "사용자 이름과 비밀번호에 맞는 활성 계정이 없습니다. 둘 다 확인하고 다시 시도하세요.",
        Code::TokenNotValid => "You are not signed in. Sign in to continue." | "로그인하지 않았습니다. 계속하려면 로그인하세요.",
        Code::SessionEnded => "This session has ended. Sign in again to continue." | "세션이 종료되었습니다. 계속하려면 다시 로그인하세요.",
        Code::UserInactive => "This account is not active. Contact an administrator." | "활성 계정이 아닙니다. 관리자에게 문의하세요.",
        Code::Forbidden => "You do not have permission to perform this action." | "이 작업을 할 권한이 없습니다.",
        Code::NotFound => "This no longer exists." | "더 이상 존재하지 않습니다.",
        Code::RegistrationClosed => "Registration is closed. Ask an administrator for an account."
            | "현재 가입을 받지 않습니다. 관리자에게 계정을 요청하세요.",
        Code::TooManyRequests => "Too many attempts. Try again in a moment." | "너무 많이 시도했습니다. 잠시 뒤에 다시 시도하세요.",
        Code::Unavailable => "The service is temporarily unavailable. Try again in a moment."
            | "일시적으로 서비스를 이용할 수 없습니다. 잠시 뒤에 다시 시도하세요.",
        Code::Network => "Can't reach the server. Check your connection and try again."
            | "서버에 연결할 수 없습니다. 연결을 확인하고 다시 시도하세요.",
        Code::Outdated => "A new version is available. Reload the page and try again."
            | "새 버전이 있습니다. 페이지를 새로 고치고 다시 시도하세요.",
        Code::Internal => "Something went wrong on the server. Try again in a moment."
            | "서버에 문제가 생겼습니다. 잠시 뒤에 다시 시도하세요.",
    }
}

texts! {
    Text {
        misunderstood: "The request was not valid. Reload the page and try again."
            | "요청이 올바르지 않습니다. 페이지를 새로 고치고 다시 시도하세요.",
    }
}

/// The sentence for a form that cannot be decoded.
pub(super) fn misunderstood() -> &'static str {
    Text::get().misunderstood
}
