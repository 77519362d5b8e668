//! Changing the own password, which ends every other session.

use leptos::prelude::*;

use crate::{
    api::account,
    texts,
    ui::components::{Form, FormState, PasswordField, ServerFacts},
    wire::PasswordChange,
};

texts! {
    Text {
        title: "Password" | "비밀번호",
        done: "Your password was changed. All other sessions were ended."
            | "비밀번호를 바꾸었습니다. 다른 세션은 모두 종료되었습니다.",
        change: "Change password" | "비밀번호 바꾸기",
        current: "Current password" | "현재 비밀번호",
        new: "New password" | "새 비밀번호",
    }
}

/// The form, and word that it was done.
#[component]
pub(super) fn PasswordForm() -> impl IntoView {
    let text = Text::get();
    let [current, new] = [(); 2].map(|()| RwSignal::new(String::new()));
    let state = FormState::new();
    let is_done = RwSignal::new(false);
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move || {
        is_done.set(false);
        let form = PasswordChange {
            current_password: current.get_untracked().into(),
            new_password: new.get_untracked().into(),
        };
        state.send(account::change_password(form), move || {
            current.try_set(String::new());
            new.try_set(String::new());
            is_done.try_set(true);
        });
    };
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">{text.title}</h2>
            <p role="status">{move || is_done.get().then_some(text.done)}</p>
            <Form state button=text.change on_submit=send>
                <PasswordField
                    label=text.current
                    name="current_password"
                    value=current
                    error=state.field_error("current_password")
                />
                <PasswordField
                    label=text.new
                    name="new_password"
                    policy
                    value=new
                    error=state.field_error("new_password")
                />
            </Form>
        </section>
    }
}
