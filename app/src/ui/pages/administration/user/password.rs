//! Setting a new password for a user, which revokes all of the user's sessions.

use hallpass_types::{PasswordForm as NewPassword, SessionInfo, UserRecord};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        components::{Form, FormEntries, FormState, PasswordField, PasswordOwner, ServerFacts, Toast},
        load::Load,
    },
};

texts! {
    Text {
        title: "Set a password" | "비밀번호 설정",
        why: "This ends all sessions of the user. Share the password securely and ask the user to change it."
            | "이 사용자의 모든 세션이 종료됩니다. 비밀번호를 안전하게 전달하고, 사용자에게 변경하도록 안내하세요.",
        label: "New password" | "새 비밀번호",
        set: "Set password" | "비밀번호 설정",
        done: "The password was set. All sessions were ended." | "비밀번호를 설정했습니다. 모든 세션이 종료되었습니다.",
    }
}

/// The form.
#[component]
pub(super) fn PasswordForm(id: String, user: Load<UserRecord>, sessions: Load<Vec<SessionInfo>>) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let username = user.part(|user| user.username.clone());
    let state = FormState::new("user-password-form");
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move |typed: FormEntries| {
        let form = NewPassword { password: typed.secret("password") };
        state.send(admin::set_password(id.clone(), form), move || {
            state.clear();
            sessions.again();
            toast.say(text.done.to_owned());
        });
    };
    view! {
        <section class="card" aria-labelledby="set-password">
            <header>
                <h2 id="set-password">{text.title}</h2>
                <p>{text.why}</p>
            </header>
            <Form state button=text.set on_submit=send>
                <PasswordOwner username/>
                <PasswordField state label=text.label name="password" policy/>
            </Form>
        </section>
    }
}
