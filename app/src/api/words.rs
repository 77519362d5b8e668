//! Error messages of server functions in the language of the page. The English texts of field errors come from the
//! core.

use hallpass_core::{
    password::PasswordError,
    user::{EmailError, UsernameError},
    violation::Violation,
};
use hallpass_types::LengthError;
use zxcvbn::feedback::Warning;

use crate::{language::Language, texts};

texts! {
    Text {
        perhaps_yours: "If you have just created this account, sign in." | "방금 만든 계정이라면 로그인하세요.",
        session_over: "This session has already ended." | "이미 종료된 세션입니다.",
        superuser_only: "Only superusers can create and change staff and superusers."
            | "스태프와 최고 관리자는 최고 관리자만 만들거나 바꿀 수 있습니다.",
        too_often(wait): "Too many attempts. Try again in {wait}." | "너무 많이 시도했습니다. {wait} 뒤에 다시 시도하세요.",
        second: "a second" | "1초",
        seconds(n): "{n} seconds" | "{n}초",
        minutes(n): "{n} minutes" | "{n}분",
    }
}

/// The message for an invalid field.
pub(super) fn fault(fault: &Violation) -> String {
    match Language::current() {
        Language::English => fault.to_string(),
        Language::Korean => korean(fault),
    }
}

fn korean(fault: &Violation) -> String {
    let sentence = match fault {
        Violation::Blank | Violation::Username(UsernameError::Blank) | Violation::Password(PasswordError::Blank) => {
            "필수 항목입니다."
        }
        Violation::Username(UsernameError::Nul) | Violation::Password(PasswordError::Nul) => {
            "널 문자는 쓸 수 없습니다."
        }
        Violation::Username(UsernameError::TooLong) => "150자 이하로 쓰세요.",
        Violation::Username(UsernameError::Characters) => {
            "올바른 사용자 이름을 쓰세요. 문자, 숫자와 @ . + - _ 만 쓸 수 있습니다."
        }
        Violation::UsernameTaken => "이미 사용 중인 사용자 이름입니다.",
        Violation::Email(EmailError) => "올바른 이메일 주소를 쓰세요.",
        Violation::EmailTaken => "이미 사용 중인 이메일 주소입니다.",
        Violation::Length(LengthError::TooShort { min }) => {
            return format!("비밀번호가 너무 짧습니다. {min}자 이상으로 쓰세요.");
        }
        Violation::Length(LengthError::TooLong { max }) => {
            return format!("비밀번호가 너무 깁니다. {max}자 이하로 쓰세요.");
        }
        Violation::Guessable { warning, .. } => {
            let why = warning.map_or("", korean_warning);
            return format!("너무 추측하기 쉬운 비밀번호입니다. {why} 단어를 한두 개 더하세요.");
        }
        Violation::OwnersWords => "너무 추측하기 쉬운 비밀번호입니다. 사용자 이름과 주소를 빼거나 단어를 더하세요.",
        Violation::WrongPassword => "현재 비밀번호가 아닙니다.",
        Violation::OwnAccount => "자신의 계정에서는 해제할 수 없습니다. 다른 최고 관리자에게 요청하세요.",
        Violation::OwnPassword => "자신의 비밀번호는 현재 비밀번호를 묻는 계정 페이지에서 바꾸세요.",
        Violation::TooMany { max } => return format!("한 번에 {max}개까지 선택할 수 있습니다."),
        Violation::Words(_) => "10개 단어까지 검색할 수 있습니다.",
        Violation::UserId => "사용자 ID는 정수여야 합니다.",
        Violation::SessionId => "세션 ID는 32자리 16진수여야 합니다.",
    };
    sentence.to_owned()
}

/// The message for an invalid field of a registration. A taken username may be the user's own, from an earlier
/// request whose response was lost.
pub(super) fn registration_fault(fault: &Violation) -> String {
    let sentence = self::fault(fault);
    let is_taken = matches!(fault, Violation::UsernameTaken | Violation::EmailTaken);
    if is_taken { format!("{sentence} {}", Text::get().perhaps_yours) } else { sentence }
}

/// The message for staff who need to be superusers.
pub(super) fn superuser_only() -> &'static str {
    Text::get().superuser_only
}

/// The message for a session that has already ended.
pub(super) fn session_over() -> &'static str {
    Text::get().session_over
}

/// The rate-limit message with the wait: seconds below two minutes, otherwise minutes rounded up.
pub(super) fn too_many(seconds: u64) -> String {
    let text = Text::get();
    let wait = match seconds {
        0 | 1 => text.second.to_owned(),
        2..120 => text.seconds(&seconds),
        _ => text.minutes(&seconds.div_ceil(60)),
    };
    text.too_often(&wait)
}

const fn korean_warning(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "나란한 자판은 추측하기 쉽습니다."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "반복은 추측하기 쉽습니다."
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => "흔히 쓰는 비밀번호입니다.",
        Warning::SequencesLikeAbcAreEasyToGuess => "이어지는 순서는 추측하기 쉽습니다.",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "날짜와 연도는 추측하기 쉽습니다.",
        Warning::AWordByItselfIsEasyToGuess => "단어 하나는 추측하기 쉽습니다.",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "이름은 추측하기 쉽습니다."
        }
    }
}
