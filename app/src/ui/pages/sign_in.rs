//! `/sign-in?next=…`: why one was signed out, the form, and the way back.

use hallpass_types::{Credentials, EndReason, Ended};
use leptos::{either::Either, prelude::*};

use crate::{
    language::fill,
    session::{self, Session},
    texts,
    ui::{
        components::{Field, Form, FormEntries, FormState, PasswordField, ServerFacts, clock_time, device_words},
        next::{REGISTER, also_next, leave_when_signed_in},
    },
};

texts! {
    Text {
        sign_in: "Sign in" | "로그인",
        username: "Username" | "사용자 이름",
        password: "Password" | "비밀번호",
        no_account: "No account yet?" | "계정이 없으신가요?",
        register: "Register" | "가입하기",
    }
}

/// The sign-in page.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let text = Text::get();
    let state = FormState::new("sign-in-form");
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    let register = also_next(REGISTER);
    leave_when_signed_in();
    let send = move |typed: FormEntries| {
        let credentials = Credentials { username: typed.text("username"), password: typed.secret("password") };
        state.send(session::sign_in(credentials), || {});
    };
    view! {
        <section class="card">
            <h1>{text.sign_in}</h1>
            <Farewell/>
            <Form state button=text.sign_in on_submit=send>
                <Field state label=text.username name="username" autocomplete="username"/>
                <PasswordField state label=text.password name="password"/>
            </Form>
            {is_open
                .then(|| view! { <p>{text.no_account} " " <a href=move || register.get()>{text.register}</a></p> })}
        </section>
    }
}

texts! {
    FarewellText {
        ended: "This session was ended at {at}." | "이 세션은 {at}에 종료되었습니다.",
        ended_by: "This session was ended from {by} at {at}." | "이 세션은 {at}에 {by}에서 종료되었습니다.",
        reuse: "This session was ended at {at}, because a token that had been used already came back. \
                Somebody may have copied it. Sign in again, and change your password if that was not you."
            | "이미 사용된 토큰이 다시 쓰여 이 세션은 {at}에 종료되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               다시 로그인하고, 본인이 아니라면 비밀번호를 바꾸세요.",
        reuse_by: "This session was ended at {at}, because a token that had been used already came back from {by}. \
                   Somebody may have copied it. Sign in again, and change your password if that was not you."
            | "이미 사용된 토큰이 {by}에서 다시 쓰여 이 세션은 {at}에 종료되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               다시 로그인하고, 본인이 아니라면 비밀번호를 바꾸세요.",
        password: "Your password was changed at {at}, which ended this session. Sign in with the new one."
            | "{at}에 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        password_by: "Your password was changed from {by} at {at}, which ended this session. Sign in with the new one."
            | "{at}에 {by}에서 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        inactive: "This account is not active any more. Ask an administrator."
            | "이 계정은 더 이상 활성 상태가 아닙니다. 관리자에게 문의하세요.",
        too_many: "This session was ended at {at}, because your account was signed in too many times. Sign in to continue."
            | "계정의 로그인이 너무 많아 이 세션이 {at}에 종료되었습니다. 계속하려면 로그인하세요.",
        expired: "Your session had run out when it was to be renewed at {at}. Sign in to go on."
            | "{at}에 갱신하려 했으나 세션이 이미 만료되었습니다. 계속하려면 로그인하세요.",
    }
}

/// Says how the last session ended, when somebody else ended it.
#[component]
fn Farewell() -> impl IntoView {
    let session = expect_context::<Session>();
    let sentence = move || session.ended.get().map(|ended| explain(&ended));
    move || match sentence() {
        Some(sentence) => Either::Left(view! { <p class="notice" role="status">{sentence}</p> }),
        None => Either::Right(()),
    }
}

fn explain(ended: &Ended) -> String {
    let text = FarewellText::get();
    let (alone, with_device) = match ended.reason {
        EndReason::SignedOut | EndReason::Revoked => (text.ended, text.ended_by),
        EndReason::Reuse => (text.reuse, text.reuse_by),
        EndReason::PasswordChanged => (text.password, text.password_by),
        EndReason::UserDeactivated => (text.inactive, text.inactive),
        EndReason::TooManySessions => (text.too_many, text.too_many),
        EndReason::Expired => (text.expired, text.expired),
    };
    let by = ended.by.as_deref().map(device_words);
    let sentence = if by.is_some() { with_device } else { alone };
    fill(sentence, &[("at", &clock_time(ended.at)), ("by", by.as_deref().unwrap_or_default())])
}
