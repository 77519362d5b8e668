//! `/sign-in?next=…`: the reason for the sign-out, the form, and the return URL.

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
        no_account: "New here?" | "처음이신가요?",
        register: "Create an account" | "계정 만들기",
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
        ended: "You were signed out at {at}." | "{at}에 로그아웃되었습니다.",
        ended_by: "You were signed out from {by} at {at}."
            | "{at}에 {by}에서 이 세션을 종료하여 로그아웃되었습니다.",
        reuse: "You were signed out at {at} because an old token was used again, which can mean that someone copied it. \
                If you do not recognise this, change your password."
            | "예전 토큰이 다시 쓰여 {at}에 로그아웃되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               본인이 한 일이 아니라면 비밀번호를 바꾸세요.",
        reuse_by: "You were signed out at {at} because an old token was used again from {by}, which can mean that someone \
                   copied it. If you do not recognise this, change your password."
            | "{by}에서 예전 토큰이 다시 쓰여 {at}에 로그아웃되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               본인이 한 일이 아니라면 비밀번호를 바꾸세요.",
        password: "Your password was changed at {at}, which ended this session. Sign in with the new one."
            | "{at}에 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        password_by: "Your password was changed from {by} at {at}, which ended this session. Sign in with the new one."
            | "{at}에 {by}에서 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        inactive: "This account is not active any more. Ask an administrator."
            | "이 계정은 더 이상 활성 상태가 아닙니다. 관리자에게 문의하세요.",
        too_many: "You were signed out at {at} because your account has too many sessions. Sign in to continue."
            | "계정의 세션이 너무 많아 {at}에 로그아웃되었습니다. 계속하려면 로그인하세요.",
        expired: "Your session expired. Sign in to continue." | "세션이 만료되었습니다. 계속하려면 로그인하세요.",
    }
}

/// Shows how the last session ended, unless its user signed out.
#[component]
fn Farewell() -> impl IntoView {
    let session = expect_context::<Session>();
    let sentence = move || session.ended().map(|ended| explain(&ended));
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
