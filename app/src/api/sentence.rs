//! The sentence of each error code. Used by the server for its errors and by the browser for transport errors.

use crate::{api::Code, texts};

texts! {
    Text {
        invalid: "Check the highlighted fields." | "표시된 항목을 확인하세요.",
        no_account: "This user name and password do not match an active account. Check both and try again."
            | "사용자 이름과 비밀번호에 맞는 활성 계정이 없습니다. 둘 다 확인하고 다시 시도하세요.",
        not_signed_in: "You are not signed in. Sign in to go on." | "로그인하지 않았습니다. 계속하려면 로그인하세요.",
        session_ended: "This session has ended. Sign in again to go on." | "세션이 끝났습니다. 계속하려면 다시 로그인하세요.",
        inactive: "This account is not active. Ask an administrator." | "활성 계정이 아닙니다. 관리자에게 문의하세요.",
        forbidden: "You do not have permission to perform this action." | "이 작업을 할 권한이 없습니다.",
        not_found: "What you were looking for is not there any more. Reload the page."
            | "찾는 것이 더 이상 없습니다. 페이지를 새로 고치세요.",
        closed: "Registration is closed. Ask an administrator for an account."
            | "가입을 받지 않습니다. 관리자에게 계정을 요청하세요.",
        too_many: "Too many attempts. Try again in a moment." | "너무 많이 시도했습니다. 잠시 뒤에 다시 시도하세요.",
        unavailable: "The server cannot answer now. Try again in a moment." | "지금은 서버가 답할 수 없습니다. 잠시 뒤에 다시 시도하세요.",
        network: "The server cannot be reached. Check the connection and try again."
            | "서버에 연결할 수 없습니다. 연결을 확인하고 다시 시도하세요.",
        outdated: "This page is older than the server. Reload it and try again."
            | "페이지가 서버보다 오래되었습니다. 새로 고치고 다시 시도하세요.",
        internal: "Something went wrong on the server. Try again in a moment."
            | "서버에 문제가 생겼습니다. 잠시 뒤에 다시 시도하세요.",
        misunderstood: "The server did not understand the form. Reload the page and try again."
            | "서버가 양식을 이해하지 못했습니다. 페이지를 새로 고치고 다시 시도하세요.",
    }
}

/// The sentence of an error code: the problem and its solution.
pub(super) fn of(code: Code) -> &'static str {
    let text = Text::get();
    match code {
        Code::Invalid => text.invalid,
        Code::NoActiveAccount => text.no_account,
        Code::TokenNotValid => text.not_signed_in,
        Code::SessionEnded => text.session_ended,
        Code::UserInactive => text.inactive,
        Code::Forbidden => text.forbidden,
        Code::NotFound => text.not_found,
        Code::RegistrationClosed => text.closed,
        Code::TooManyRequests => text.too_many,
        Code::Unavailable => text.unavailable,
        Code::Network => text.network,
        Code::Outdated => text.outdated,
        Code::Internal => text.internal,
    }
}

/// The sentence for a form that cannot be decoded.
pub(super) fn misunderstood() -> &'static str {
    Text::get().misunderstood
}
