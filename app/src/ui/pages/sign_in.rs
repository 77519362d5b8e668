//! `/sign-in?next=…`: why one was signed out, the form, and the way back.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    components::A,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    session::{self, Session},
    ui::components::{Field, Form, FormState, PasswordField, ServerFacts, clock_time},
    wire::{Credentials, EndReason, Ended},
};

/// The sign-in page.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let (username, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let state = FormState::new();
    let is_open = expect_context::<ServerFacts>().is_registration_open;
    leave_when_signed_in();
    let send = move || {
        let credentials = Credentials { username: username.get_untracked(), password: password.get_untracked().into() };
        state.send(session::sign_in(credentials), || {});
    };
    view! {
        <Title text="Sign in"/>
        <section class="card">
            <h1>"Sign in"</h1>
            <Farewell/>
            <Form state button="Sign in" on_submit=send>
                <Field label="Username" name="username" autocomplete="username" value=username error=state.field_error("username")/>
                <PasswordField label="Password" name="password" value=password error=state.field_error("password")/>
            </Form>
            <Show when=move || is_open>
                <p>"No account yet? " <A href="/register">"Register"</A></p>
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
        EndReason::UserDeactivated => {
            format!("This account was deactivated at {at}. Ask an administrator.")
        }
    }
}

/// Goes on to where the person wanted to be, as soon as somebody is signed in here: also when another
/// tab did it.
pub(super) fn leave_when_signed_in() {
    let session = expect_context::<Session>();
    let (navigate, query) = (use_navigate(), use_query_map());
    Effect::new(move |_| {
        if session.state.get().is_signed_in() {
            let next = query.with_untracked(|query| query.get("next"));
            let next = next.filter(|next| is_own_path(next)).unwrap_or_else(|| "/account".to_owned());
            navigate(&next, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
}

/// Whether this leads to a page of ours and nowhere else: one slash, and no second one in any of the
/// spellings that browsers read as one.
fn is_own_path(next: &str) -> bool {
    let mut characters = next.chars();
    characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !next.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn only_paths_of_our_own_are_returned_to() {
        for good in ["/", "/account", "/a?b=//c"] {
            assert!(is_own_path(good), "{good:?}");
        }
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:x",
        ] {
            assert!(!is_own_path(bad), "{bad:?}");
        }
    }
}
