//! A new password for a user who has none that works. It ends all of the user's sessions.

use leptos::prelude::*;

use crate::{
    api::admin::users,
    texts,
    ui::{
        components::{Form, FormState, PasswordField, ServerFacts, Toast, Tone},
        load::Load,
    },
    wire::{PasswordForm as NewPassword, SessionInfo},
};

texts! {
    Text {
        title: "Set a password" | "비밀번호 설정",
        why: "It ends every session of this user. Hand the password over in person, and have it changed."
            | "이 사용자의 모든 세션이 종료됩니다. 비밀번호는 직접 전하고, 바꾸도록 안내하세요.",
        label: "New password" | "새 비밀번호",
        set: "Set password" | "비밀번호 설정",
        done: "The password was set. All sessions were ended." | "비밀번호를 설정했습니다. 모든 세션이 종료되었습니다.",
    }
}

/// The form.
#[component]
pub(super) fn PasswordForm(id: String, sessions: Load<Vec<SessionInfo>>) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let password = RwSignal::new(String::new());
    let state = FormState::new();
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move || {
        let form = NewPassword { password: password.get_untracked().into() };
        state.send(users::set_password(id.clone(), form), move || {
            password.try_set(String::new());
            sessions.again();
            toast.say(Tone::Good, text.done.to_owned());
        });
    };
    view! {
        <section class="card" aria-labelledby="set-password">
            <header>
                <h2 id="set-password">{text.title}</h2>
                <p>{text.why}</p>
            </header>
            <Form state button=text.set on_submit=send>
                <PasswordField
                    label=text.label
                    name="password"
                    policy
                    value=password
                    error=state.field_error("password")
                />
            </Form>
        </section>
    }
}
