//! A user's name, address and role, which can be changed. Only what is different is sent: what somebody
//! else has changed meanwhile stays.

use hallpass_types::{UserChange, UserRecord};
use leptos::prelude::*;

use crate::{
    api::admin::users,
    texts,
    ui::{
        components::{Check, Form, FormEntries, FormState, NameFields, Toast},
        load::Load,
    },
};

texts! {
    Text {
        title: "Edit" | "수정",
        may: "May" | "권한",
        administer: "Administer users, tokens and events (staff)" | "사용자, 토큰, 기록 관리(스태프)",
        everything: "Make others staff as well (superuser)" | "다른 사람을 스태프로 지정(최고 관리자)",
        save: "Save" | "저장",
        saved: "The user was saved." | "사용자를 저장했습니다.",
        same: "No changes to save." | "저장할 변경 사항이 없습니다.",
    }
}

/// The form. `record` is the user as the form shows it at first; what is saved is compared with what was known then.
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
        let wished = UserRecord {
            username: typed.text("username"),
            email: typed.text("email"),
            is_staff: typed.is_checked("is_staff"),
            is_superuser: typed.is_checked("is_superuser"),
            ..record.clone()
        };
        let change = difference(&record, wished.clone());
        if change == UserChange::default() {
            toast.say(text.same.to_owned());
            return;
        }
        let changing = users::change_user(record.id, change);
        let saved = async move {
            user.put(changing.await?);
            // What others changed meanwhile the form does not show, and so the next sending does not take it back.
            known.try_set_value(wished);
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
                    <legend>{text.may}</legend>
                    <Check label=text.administer name="is_staff" is_checked=is_staff/>
                    <Check label=text.everything name="is_superuser" is_checked=is_superuser/>
                </fieldset>
            </Form>
        </section>
    }
}

/// What makes the one of the other.
fn difference(known: &UserRecord, wished: UserRecord) -> UserChange {
    UserChange {
        username: (wished.username != known.username).then_some(wished.username),
        email: (wished.email != known.email).then_some(wished.email),
        is_active: (wished.is_active != known.is_active).then_some(wished.is_active),
        is_staff: (wished.is_staff != known.is_staff).then_some(wished.is_staff),
        is_superuser: (wished.is_superuser != known.is_superuser).then_some(wished.is_superuser),
    }
}

#[cfg(test)]
mod tests {
    use hallpass_types::{UserChange, UserRecord};

    use super::difference;

    #[test]
    fn only_what_is_different_is_sent() {
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
        let wished = UserRecord { email: String::new(), is_staff: true, ..known.clone() };
        let change = UserChange { email: Some(String::new()), is_staff: Some(true), ..UserChange::default() };
        assert_eq!(difference(&known, wished), change);
    }
}
