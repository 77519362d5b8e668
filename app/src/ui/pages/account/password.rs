//! Changing the password, which revokes every other session.

use hallpass_types::{Me, PasswordChange};
use leptos::prelude::*;

use crate::{
    api::account,
    texts,
    ui::{
        components::{Form, FormEntries, FormState, PasswordField, PasswordOwner, ServerFacts},
        load::Load,
        lost_reply::LostReply,
    },
};

texts! {
    Text {
        title: "Password" | "비밀번호",
        done: "Your password was changed. All other sessions were ended."
            | "비밀번호를 변경했습니다. 다른 세션은 모두 종료되었습니다.",
        change: "Change password" | "비밀번호 변경",
        current: "Current password" | "현재 비밀번호",
        new: "New password" | "새 비밀번호",
        perhaps_changed: "Your previous attempt may have succeeded. If so, your current password is the new one."
            | "이전 시도에서 비밀번호가 이미 바뀌었을 수 있습니다. 그렇다면 새 비밀번호가 현재 비밀번호입니다.",
    }
}

/// The form and its confirmation.
#[component]
pub(super) fn PasswordForm(me: Load<Me>) -> impl IntoView {
    let text = Text::get();
    let state = FormState::new("password-form");
    let is_done = RwSignal::new(false);
    let policy = expect_context::<ServerFacts>().password_policy;
    let lost_reply = LostReply::new();
    let username = me.part(|me| me.username.clone());
    let send = move |typed: FormEntries| {
        is_done.set(false);
        let form = PasswordChange {
            current_password: typed.secret("current_password"),
            new_password: typed.secret("new_password"),
        };
        let changed = async move {
            let outcome = account::change_password(form).await;
            outcome.map_err(|error| lost_reply.explain(error, "current_password", text.perhaps_changed))
        };
        state.send(changed, move || {
            state.clear();
            is_done.try_set(true);
        });
    };
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">{text.title}</h2>
            <p role="status">{move || is_done.get().then_some(text.done)}</p>
            <Form state button=text.change on_submit=send>
                <PasswordOwner username/>
                <PasswordField state label=text.current name="current_password"/>
                <PasswordField state label=text.new name="new_password" policy/>
            </Form>
        </section>
    }
}
