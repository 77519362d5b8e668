//! Creating a user, by the same rules as a registration.

use hallpass_types::{NewUserForm, UserRecord, UserSearch};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        components::{Check, Form, FormEntries, FormState, NameFields, PasswordField, ServerFacts, Toast},
        list::List,
        lost_reply::LostReply,
    },
};

texts! {
    Text {
        title: "New user" | "새 사용자",
        password: "Password" | "비밀번호",
        permissions: "Permissions" | "권한",
        sign_in: "Sign in" | "로그인",
        administer: "Manage users, tokens and events (staff)" | "사용자, 토큰, 기록 관리(스태프)",
        everything: "Manage staff and superusers (superuser)" | "스태프와 최고 관리자 관리(최고 관리자)",
        create: "Create user" | "사용자 만들기",
        perhaps_created: "Your previous attempt may have created this user. Search for it."
            | "이전 시도에서 사용자가 이미 만들어졌을 수 있습니다. 검색해 보세요.",
        created(name): "{name} was created." | "{name} 사용자를 만들었습니다.",
    }
}

/// The form, which closes when the user is created.
#[component]
pub(super) fn CreateUser(list: List<UserSearch, UserRecord>, is_creating: RwSignal<bool>) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let (state, lost_reply) = (FormState::new("new-user-form"), LostReply::new());
    let policy = expect_context::<ServerFacts>().password_policy;
    let send = move |typed: FormEntries| {
        let form = NewUserForm {
            username: typed.text("username"),
            email: typed.text("email"),
            password: typed.secret("password"),
            is_active: Some(typed.is_checked("is_active")),
            is_staff: Some(typed.is_checked("is_staff")),
            is_superuser: Some(typed.is_checked("is_superuser")),
        };
        let created = async move {
            let outcome = admin::create_user(form).await;
            let user = outcome.map_err(|error| lost_reply.explain(error, "username", text.perhaps_created))?;
            toast.say(text.created(&user.username));
            Ok(())
        };
        state.send(created, move || {
            is_creating.try_set(false);
            list.rows.again();
        });
    };
    view! {
        <section class="card" aria-labelledby="new-user">
            <h2 id="new-user">{text.title}</h2>
            <Form state button=text.create on_submit=send>
                <NameFields state optional=true/>
                <PasswordField state label=text.password name="password" policy/>
                <fieldset>
                    <legend>{text.permissions}</legend>
                    <Check label=text.sign_in name="is_active" is_checked=true/>
                    <Check label=text.administer name="is_staff" is_checked=false/>
                    <Check label=text.everything name="is_superuser" is_checked=false/>
                </fieldset>
            </Form>
        </section>
    }
}
