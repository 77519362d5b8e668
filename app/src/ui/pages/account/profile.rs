//! `/account`: the user, their e-mail address and password.

use hallpass_types::{Me, ProfileForm};
use leptos::prelude::*;

use super::{password::PasswordForm, this_session::ThisSession};
use crate::{
    api::account,
    session::{self, Session},
    texts,
    ui::{
        components::{Field, Form, FormEntries, FormState, Shape, Toast, date_time},
        load::Load,
    },
};

texts! {
    Text {
        title: "Profile" | "프로필",
        username: "Username" | "사용자 이름",
        email: "Email" | "이메일",
        none: "None" | "없음",
        since: "Member since" | "가입일",
        last_login: "Last sign-in" | "마지막 로그인",
        edit: "Edit" | "수정",
        cancel: "Cancel" | "취소",
        save: "Save" | "저장",
        saved: "Your profile was saved." | "프로필을 저장했습니다.",
    }
}

/// Loads the user, with retries. The password can be changed meanwhile.
#[component]
pub(super) fn Profile() -> impl IntoView {
    let (me, session) = (Load::new(account::me), expect_context::<Session>());
    let is_editing = RwSignal::new(false);
    let profile = me.view_once(Shape::Form, move |shown| {
        Effect::new(move |_| {
            let is_staff = shown.with(|me| me.is_staff);
            if let Some(sid) = session.sid.get_untracked() {
                session::learn_staff(sid, is_staff);
            }
        });
        let info = Memo::new(move |_| shown.with(|me| me.session.clone()));
        let this_session = move || info.get().map(|info| view! { <ThisSession info/> });
        let edit =
            move || is_editing.get().then(|| view! { <EditForm me is_editing email=shown.get_untracked().email/> });
        view! {
            <section class="card" aria-labelledby="profile">
                <header>
                    <h2 id="profile">{Text::get().title}</h2>
                    <button
                        type="button"
                        on:click=move |_| is_editing.update(|is_editing| *is_editing = !*is_editing)
                    >
                        {move || if is_editing.get() { Text::get().cancel } else { Text::get().edit }}
                    </button>
                </header>
                {move || view! { <Facts me=shown.get()/> }}
                {edit}
            </section>
            {this_session}
        }
    });
    view! {
        {profile}
        <PasswordForm me/>
    }
}

#[component]
fn Facts(me: Me) -> impl IntoView {
    let text = Text::get();
    view! {
        <dl>
            <dt>{text.username}</dt>
            <dd data-testid="username">{me.username}</dd>
            <dt>{text.email}</dt>
            <dd>{if me.email.is_empty() { text.none.to_owned() } else { me.email }}</dd>
            <dt>{text.since}</dt>
            <dd>{date_time(me.date_joined)}</dd>
            {me.last_login.map(|at| view! {
                <dt>{text.last_login}</dt>
                <dd>{date_time(at)}</dd>
            })}
        </dl>
    }
}

#[component]
fn EditForm(me: Load<Me>, is_editing: RwSignal<bool>, email: String) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let state = FormState::new("profile-form");
    let send = move |typed: FormEntries| {
        let form = ProfileForm { email: typed.text("email") };
        let saved = async move {
            let changed = account::change_profile(form).await?;
            me.put(changed);
            Ok(())
        };
        state.send(saved, move || {
            is_editing.set(false);
            toast.say(text.saved.to_owned());
        });
    };
    view! {
        <Form state button=text.save on_submit=send>
            <Field
                state
                label=text.email
                name="email"
                kind="email"
                autocomplete="email"
                value=Some(email)
                optional=true
            />
        </Form>
    }
}
