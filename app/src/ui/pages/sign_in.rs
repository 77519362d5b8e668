//! `/sign-in?next=…`: why one was signed out, the form, and the way back.

use leptos::{either::Either, prelude::*};
use leptos_router::components::A;

use crate::{
    session::{self, Session},
    ui::{
        components::{Field, Form, FormState, PasswordField, ServerFacts, clock_time},
        next::{REGISTER, also_next, leave_when_signed_in},
    },
    wire::{Credentials, EndReason, Ended},
};

/// The sign-in page.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let (username, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let state = FormState::new();
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    let register = also_next(REGISTER);
    leave_when_signed_in();
    let send = move || {
        let credentials = Credentials { username: username.get_untracked(), password: password.get_untracked().into() };
        state.send(session::sign_in(credentials), || {});
    };
    view! {
        <section class="card">
            <h1>"Sign in"</h1>
            <Farewell/>
            <Form state button="Sign in" on_submit=send>
                <Field label="Username" name="username" autocomplete="username" value=username error=state.field_error("username")/>
                <PasswordField label="Password" name="password" value=password error=state.field_error("password")/>
            </Form>
            <Show when=move || is_open>
                <p>"No account yet? " <A href=move || register.get()>"Register"</A></p>
            </Show>
        </section>
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
    let by = ended.by.as_ref().map(|device| format!(" from {device}")).unwrap_or_default();
    let at = clock_time(ended.at);
    match ended.reason {
        EndReason::SignedOut | EndReason::Revoked => format!("This session was ended{by} at {at}."),
        EndReason::Reuse => format!(
            "This session was ended at {at}, because a token that had been used already came back{by}. \
             Somebody may have copied it. Sign in again, and change your password if that was not you."
        ),
        EndReason::PasswordChanged => {
            format!("Your password was changed{by} at {at}, which ended this session. Sign in with the new one.")
        }
        EndReason::UserDeactivated => "This account is not active any more. Ask an administrator.".to_owned(),
        EndReason::Expired => format!("Your session had run out when it was to be renewed at {at}. Sign in to go on."),
    }
}
