//! Editing a user's username, e-mail address and role. Sends only changed fields, so that concurrent changes of
//! others are kept.

use hallpass_types::{UserChange, UserRecord};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        components::{Check, Form, FormEntries, FormState, NameFields, Toast},
        load::Load,
    },
};

texts! {
    Text {
        title: "Edit" | "수정",
        permissions: "Permissions" | "권한",
        administer: "Manage users, tokens and events (staff)" | "사용자, 토큰, 기록 관리(스태프)",
        everything: "Manage staff and superusers (superuser)" | "스태프와 최고 관리자 관리(최고 관리자)",
        save: "Save" | "저장",
        saved: "The user was saved." | "사용자를 저장했습니다.",
        same: "No changes to save." | "저장할 변경 사항이 없습니다.",
    }
}

/// The form. `record` holds the initial values, with which the submitted values are compared.
#[component]
pub(super) fn EditForm(record: UserRecord, user: Load<UserRecord>) -> impl IntoView {
    let text = Text::get();
    let toast = expect_context::<Toast>();
    let (username, email) = (record.username.clone(), record.email.clone());
    let (is_staff, is_superuser) = (record.is_staff, record.is_superuser);
    let known = StoredValue::new(record);
    let state = FormState::new("user-form");
    let send = move |typed: FormEntries| {
        let record = known.get_value();
        let entered = UserRecord {
            username: typed.text("username"),
            email: typed.text("email"),
            is_staff: typed.is_checked("is_staff"),
            is_superuser: typed.is_checked("is_superuser"),
            ..record.clone()
        };
        let change = difference(&record, entered.clone());
        if change == UserChange::default() {
            toast.say(text.same.to_owned());
            return;
        }
        let changing = admin::change_user(record.id, change);
        let saved = async move {
            user.put(changing.await?);
            // The form does not show concurrent changes, so the next submission must not revert them.
            known.try_set_value(entered);
            Ok(())
        };
        state.send(saved, move || toast.say(text.saved.to_owned()));
    };
    view! {
        <section class="card" aria-labelledby="edit">
            <h2 id="edit">{text.title}</h2>
            <Form state button=text.save on_submit=send>
                <NameFields state username email/>
                <fieldset>
                    <legend>{text.permissions}</legend>
                    <Check label=text.administer name="is_staff" is_checked=is_staff/>
                    <Check label=text.everything name="is_superuser" is_checked=is_superuser/>
                </fieldset>
            </Form>
        </section>
    }
}

/// The difference between two states of the form.
fn difference(known: &UserRecord, entered: UserRecord) -> UserChange {
    UserChange {
        username: (entered.username != known.username).then_some(entered.username),
        email: (entered.email != known.email).then_some(entered.email),
        is_active: (entered.is_active != known.is_active).then_some(entered.is_active),
        is_staff: (entered.is_staff != known.is_staff).then_some(entered.is_staff),
        is_superuser: (entered.is_superuser != known.is_superuser).then_some(entered.is_superuser),
    }
}

#[cfg(test)]
mod tests {
    use hallpass_types::{UserChange, UserRecord};

    use super::difference;

    #[test]
    fn only_changed_fields_are_sent() {
        let known = UserRecord {
            id: "7".to_owned(),
            username: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
            is_active: true,
            is_staff: false,
            is_superuser: false,
            date_joined: 0,
            last_login: None,
        };
        assert_eq!(difference(&known, known.clone()), UserChange::default());
        let entered = UserRecord { email: String::new(), is_staff: true, ..known.clone() };
        let change = UserChange { email: Some(String::new()), is_staff: Some(true), ..UserChange::default() };
        assert_eq!(difference(&known, entered), change);
    }
}
