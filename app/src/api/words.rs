//! What a server function says to a person, in the language of the page. English is the core's own;
//! here is the rest.

use zxcvbn::feedback::Warning;

use crate::{
    auth::{
        fault::Fault,
        password::PasswordError,
        user::{EmailError, UsernameError},
    },
    language::{Language, fill},
    texts,
    wire::LengthFault,
};

texts! {
    Text {
        blank: "This field may not be blank." | "필수 항목입니다.",
        nul: "Null characters are not allowed." | "널 문자는 쓸 수 없습니다.",
        username_long: "Ensure this field has no more than 150 characters." | "150자 이하로 쓰세요.",
        username: "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
            | "올바른 사용자 이름을 쓰세요. 문자, 숫자와 @ . + - _ 만 쓸 수 있습니다.",
        username_taken: "A user with that username already exists." | "이미 있는 사용자 이름입니다.",
        perhaps_yours: "If you have just created this account, sign in." | "방금 만든 계정이라면 로그인하세요.",
        email: "Enter a valid email address." | "올바른 이메일 주소를 쓰세요.",
        email_taken: "A user with that email address already exists." | "이미 쓰이는 이메일 주소입니다.",
        short: "This password is too short. Use at least {min} characters." | "비밀번호가 너무 짧습니다. {min}자 이상으로 쓰세요.",
        long: "This password is too long. Use at most {max} characters." | "비밀번호가 너무 깁니다. {max}자 이하로 쓰세요.",
        guessable: "This password is too easy to guess. {why} Add another word or two."
            | "너무 추측하기 쉬운 비밀번호입니다. {why} 단어를 한두 개 더하세요.",
        owners_words: "This password is too easy to guess. Leave out your user name and address, or add more words."
            | "너무 추측하기 쉬운 비밀번호입니다. 사용자 이름과 주소를 빼거나 단어를 더하세요.",
        wrong_password: "This is not your current password." | "현재 비밀번호가 아닙니다.",
        own_account: "You cannot take this from your own account. Ask another superuser."
            | "자신의 계정에서는 뺄 수 없습니다. 다른 최고 관리자에게 부탁하세요.",
        own_password: "Change your own password on the account page, which asks for the one in force."
            | "자신의 비밀번호는 현재 비밀번호를 묻는 계정 페이지에서 바꾸세요.",
        too_many: "Choose at most {max} at a time." | "한 번에 {max}개까지 고르세요.",
        words: "Search for at most 10 words." | "10개 단어까지 검색할 수 있습니다.",
        user_id: "The id of a user is a whole number." | "사용자 번호는 정수입니다.",
        session_id: "The id of a session is 32 digits from 0 to f." | "세션 번호는 0부터 f까지 32자리입니다.",
        session_over: "This session is over already." | "이미 끝난 세션입니다.",
        superuser_only: "Only a superuser may make or change staff and superusers."
            | "직원과 최고 관리자는 최고 관리자만 만들거나 바꿀 수 있습니다.",
        too_often: "That was too often in too short a time. Try again in {wait}."
            | "짧은 시간에 너무 많이 시도했습니다. {wait} 뒤에 다시 시도하세요.",
        second: "a second" | "1초",
        seconds: "{n} seconds" | "{n}초",
        minutes: "{n} minutes" | "{n}분",
        keyboard: "Straight rows of keys are easy to guess." | "나란한 자판은 추측하기 쉽습니다.",
        repeats: "Repeats are easy to guess." | "반복은 추측하기 쉽습니다.",
        common: "It is among the common passwords." | "흔히 쓰는 비밀번호입니다.",
        sequences: "Sequences are easy to guess." | "이어지는 순서는 추측하기 쉽습니다.",
        years: "Dates and years are easy to guess." | "날짜와 연도는 추측하기 쉽습니다.",
        a_word: "A word by itself is easy to guess." | "단어 하나는 추측하기 쉽습니다.",
        names: "Names are easy to guess." | "이름은 추측하기 쉽습니다.",
    }
}

/// What is wrong with a field.
pub(super) fn fault(fault: &Fault) -> String {
    if Language::current() == Language::English {
        return fault.to_string();
    }
    let text = Text::get();
    let number = |template: &str, name: &str, value: usize| fill(template, &[(name, &value.to_string())]);
    let sentence = match fault {
        Fault::Blank | Fault::Username(UsernameError::Blank) | Fault::Password(PasswordError::Blank) => text.blank,
        Fault::Username(UsernameError::Nul) | Fault::Password(PasswordError::Nul) => text.nul,
        Fault::Username(UsernameError::TooLong) => text.username_long,
        Fault::Username(UsernameError::Characters) => text.username,
        Fault::UsernameTaken => text.username_taken,
        Fault::Email(EmailError) => text.email,
        Fault::EmailTaken => text.email_taken,
        Fault::Length(LengthFault::TooShort { min }) => return number(text.short, "min", *min),
        Fault::Length(LengthFault::TooLong { max }) => return number(text.long, "max", *max),
        Fault::Guessable { warning, .. } => {
            let why = warning.map_or("", |warning| warned(text, warning));
            return fill(text.guessable, &[("why", why)]);
        }
        Fault::OwnersWords => text.owners_words,
        Fault::WrongPassword => text.wrong_password,
        Fault::OwnAccount => text.own_account,
        Fault::OwnPassword => text.own_password,
        Fault::TooMany { max } => return number(text.too_many, "max", *max),
        Fault::Words(_) => text.words,
        Fault::UserId => text.user_id,
        Fault::SessionId => text.session_id,
    };
    sentence.to_owned()
}

/// What is wrong with a field of a registration. The account that is in the way can be the person's own, made by an earlier
/// request whose reply was lost.
pub(super) fn registration_fault(fault: &Fault) -> String {
    let sentence = self::fault(fault);
    let is_taken = matches!(fault, Fault::UsernameTaken | Fault::EmailTaken);
    if is_taken { format!("{sentence} {}", Text::get().perhaps_yours) } else { sentence }
}

/// What is said to staff who want what takes a superuser.
pub(super) fn superuser_only() -> &'static str {
    Text::get().superuser_only
}

/// What is said of a session that cannot be ended any more.
pub(super) fn session_over() -> &'static str {
    Text::get().session_over
}

/// What is said to who came too often, for so many seconds. Two minutes and more are said in minutes,
/// rounded up.
pub(super) fn too_many(seconds: u64) -> String {
    let text = Text::get();
    let wait = match seconds {
        0 | 1 => text.second.to_owned(),
        2..120 => fill(text.seconds, &[("n", &seconds.to_string())]),
        _ => fill(text.minutes, &[("n", &seconds.div_ceil(60).to_string())]),
    };
    fill(text.too_often, &[("wait", &wait)])
}

fn warned(text: &Text, warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => text.keyboard,
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => text.repeats,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => text.common,
        Warning::SequencesLikeAbcAreEasyToGuess => text.sequences,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => text.years,
        Warning::AWordByItselfIsEasyToGuess => text.a_word,
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            text.names
        }
    }
}
