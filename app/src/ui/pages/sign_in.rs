//! `/sign-in?next=…`: the reason for the sign-out, the form, and the return URL.

use hallpass_types::{Credentials, EndReason, Ended};
use leptos::prelude::*;

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
        register: "Create account" | "계정 만들기",
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
    /// The reason for the end of a session, and whether the device that ended it is known.
    fn farewell(end: (EndReason, bool)) {
        (EndReason::SignedOut | EndReason::Revoked, false) => "You were signed out at {at}." | "{at}에 로그아웃되었습니다.",
        (EndReason::SignedOut | EndReason::Revoked, true) => "You were signed out from {by} at {at}."
            | "{at}에 {by}에서 이 세션을 종료하여 로그아웃되었습니다.",
        (EndReason::Reuse, false) => "You were signed out at {at} because an old token was used again, which can mean that someone \
                copied it. If you do not recognise this, change your password."
            | "예전 토큰이 다시 쓰여 {at}에 로그아웃되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               본인이 한 일이 아니라면 비밀번호를 바꾸세요.",
        (EndReason::Reuse, true) => "You were signed out at {at} because an old token was used again from {by}, which can mean that \
                someone copied it. If you do not recognise this, change your password."
            | "{by}에서 예전 토큰이 다시 쓰여 {at}에 로그아웃되었습니다. 누군가 토큰을 복사했을 수 있습니다. \
               본인이 한 일이 아니라면 비밀번호를 바꾸세요.",
        (EndReason::PasswordChanged, false) => "Your password was changed at {at}, which ended this session. Sign in with the new one."
            | "{at}에 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        (EndReason::PasswordChanged, true) => "Your password was changed from {by} at {at}, which ended this session. \
                Sign in with the new one."
            | "{at}에 {by}에서 비밀번호가 바뀌어 이 세션이 종료되었습니다. 새 비밀번호로 로그인하세요.",
        (EndReason::UserDeactivated, _) => "This account was deactivated. Contact an administrator."
            | "비활성화된 계정입니다. 관리자에게 문의하세요.",
        (EndReason::TooManySessions, _) => "You were signed out at {at} because your account has too many sessions. Sign in to continue."
            | "계정의 세션이 너무 많아 {at}에 로그아웃되었습니다. 계속하려면 로그인하세요.",
        (EndReason::Expired, _) => "Your session expired at {at}. Sign in to continue."
            | "{at}에 세션이 만료되었습니다. 계속하려면 로그인하세요.",
    }
}

/// Shows how the last session ended, unless its user signed out.
#[component]
fn Farewell() -> impl IntoView {
    let session = expect_context::<Session>();
    move || session.ended().map(|ended| view! { <p class="notice" role="status">{explain(&ended)}</p> })
}

fn explain(ended: &Ended) -> String {
    let by = ended.by.as_deref().map(device_words);
    fill(farewell((ended.reason, by.is_some())), &[("at", &clock_time(ended.at)), ("by", &by.unwrap_or_default())])
}
