//! `/register`: creates an account and signs in.

use hallpass_types::Registration;
use leptos::{either::Either, prelude::*};

use crate::{
    session, texts,
    ui::{
        components::{Form, FormEntries, FormState, NameFields, PasswordField, ServerFacts},
        next::{SIGN_IN, also_next, leave_when_signed_in},
    },
};

texts! {
    Text {
        title: "Create account" | "계정 만들기",
        closed: "Registration is closed. Ask an administrator for an account."
            | "현재 가입을 받지 않습니다. 관리자에게 계정을 요청하세요.",
        have_one: "Already have an account?" | "이미 계정이 있으신가요?",
        sign_in: "Sign in" | "로그인",
        create: "Create account" | "계정 만들기",
        password: "Password" | "비밀번호",
    }
}

/// The registration page.
#[component]
pub(crate) fn Register() -> impl IntoView {
    let text = Text::get();
    leave_when_signed_in();
    let sign_in = also_next(SIGN_IN);
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    view! {
        <section class="card">
            <h1>{text.title}</h1>
            {if is_open {
                Either::Left(view! { <RegistrationForm/> })
            } else {
                Either::Right(view! { <p>{text.closed}</p> })
            }}
            <p>{text.have_one} " " <a href=move || sign_in.get()>{text.sign_in}</a></p>
        </section>
    }
}

#[component]
fn RegistrationForm() -> impl IntoView {
    let text = Text::get();
    let state = FormState::new("registration-form");
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move |typed: FormEntries| {
        let registration = Registration {
            username: typed.text("username"),
            email: typed.text("email"),
            password: typed.secret("password"),
        };
        state.send(session::register(registration), || {});
    };
    view! {
        <Form state button=text.create on_submit=send>
            <NameFields state own=true optional=true/>
            <PasswordField state label=text.password name="password" policy/>
        </Form>
    }
}
