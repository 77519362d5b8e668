//! `/register`: an account, and with it the first pass.

use leptos::{either::Either, prelude::*};
use leptos_router::components::A;

use crate::{
    session,
    ui::{
        components::{Field, Form, FormState, PasswordField, ServerFacts},
        next::{SIGN_IN, also_next, leave_when_signed_in},
    },
    wire::Registration,
};

/// The registration page.
#[component]
pub(crate) fn Register() -> impl IntoView {
    leave_when_signed_in();
    let sign_in = also_next(SIGN_IN);
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    view! {
        <section class="card">
            <h1>"Create an account"</h1>
            {if is_open {
                Either::Left(view! { <RegistrationForm/> })
            } else {
                Either::Right(view! { <p>"Registration is closed here. Ask an administrator for an account."</p> })
            }}
            <p>"Have an account already? " <A href=move || sign_in.get()>"Sign in"</A></p>
        </section>
    }
}

#[component]
fn RegistrationForm() -> impl IntoView {
    let [username, email, password] = [(); 3].map(|()| RwSignal::new(String::new()));
    let state = FormState::new();
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move || {
        let registration = Registration {
            username: username.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked().into(),
        };
        state.send(session::register(registration), || {});
    };
    view! {
        <Form state button="Create account" on_submit=send>
            <Field
                label="Username"
                name="username"
                autocomplete="username"
                hint="Letters, digits and @ . + - _"
                value=username
                error=state.field_error("username")
            />
            <Field
                label="Email (optional)"
                name="email"
                kind="email"
                autocomplete="email"
                value=email
                error=state.field_error("email")
            />
            <PasswordField label="Password" name="password" policy value=password error=state.field_error("password")/>
        </Form>
    }
}
