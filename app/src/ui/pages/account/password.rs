//! Changing the own password, which ends every other session.

use leptos::prelude::*;

use crate::{
    api::account,
    ui::components::{Form, FormState, PasswordField, ServerFacts},
    wire::PasswordChange,
};

/// The form, and word that it was done.
#[component]
pub(super) fn PasswordForm() -> impl IntoView {
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
            <h2 id="password">"Password"</h2>
            <p role="status">
                {move || is_done.get().then_some("Your password was changed. All other sessions were ended.")}
            </p>
            <Form state button="Change password" on_submit=send>
                <PasswordField
                    label="Current password"
                    name="current_password"
                    value=current
                    error=state.field_error("current_password")
                />
                <PasswordField
                    label="New password"
                    name="new_password"
                    policy
                    value=new
                    error=state.field_error("new_password")
                />
            </Form>
        </section>
    }
}
