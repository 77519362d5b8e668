//! A new user, by the same rules as a registration.

use leptos::prelude::*;

use crate::{
    api::admin::users,
    language::fill,
    texts,
    ui::{
        components::{Check, Form, FormState, NameFields, PasswordField, ServerFacts, Toast, Tone},
        load::Load,
    },
    wire::{Listing, NewUserForm, UserRecord},
};

texts! {
    Text {
        title: "New user" | "새 사용자",
        password: "Password" | "비밀번호",
        may: "May" | "권한",
        sign_in: "Sign in" | "로그인",
        administer: "Administer users, tokens and events (staff)" | "사용자, 토큰, 기록 관리(스태프)",
        everything: "Make others staff as well (superuser)" | "다른 사람을 스태프로 지정(최고 관리자)",
        create: "Create user" | "사용자 만들기",
        created: "{name} was created." | "{name} 사용자를 만들었습니다.",
    }
}

/// The form; it goes when the user is made.
#[component]
pub(super) fn CreateUser(list: Load<Listing<UserRecord>>, is_creating: RwSignal<bool>) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let [username, email, password] = [(); 3].map(|()| RwSignal::new(String::new()));
    let [is_active, is_staff, is_superuser] = [true, false, false].map(RwSignal::new);
    let state = FormState::new();
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move || {
        let form = NewUserForm {
            username: username.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked().into(),
            is_active: Some(is_active.get_untracked()),
            is_staff: Some(is_staff.get_untracked()),
            is_superuser: Some(is_superuser.get_untracked()),
        };
        let created = async move {
            let user = users::create_user(form).await?;
            toast.say(Tone::Good, fill(text.created, &[("name", &user.username)]));
            Ok(())
        };
        state.send(created, move || {
            is_creating.try_set(false);
            list.again();
        });
    };
    view! {
        <section class="card" aria-labelledby="new-user">
            <h2 id="new-user">{text.title}</h2>
            <Form state button=text.create on_submit=send>
                <NameFields state username email optional=true/>
                <PasswordField
                    label=text.password
                    name="password"
                    policy
                    value=password
                    error=state.field_error("password")
                />
                <fieldset>
                    <legend>{text.may}</legend>
                    <Check label=text.sign_in name="is_active" value=is_active/>
                    <Check label=text.administer name="is_staff" value=is_staff/>
                    <Check label=text.everything name="is_superuser" value=is_superuser/>
                </fieldset>
            </Form>
        </section>
    }
}
