//! Activating and deactivating a user. Deactivating revokes all sessions and asks for confirmation.

use hallpass_types::{SessionInfo, UserChange, UserRecord};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Confirm, Question},
        load::Load,
    },
};

texts! {
    Text {
        deactivate_title: "Deactivate this account" | "이 계정 비활성화",
        deactivate_why: "The user is signed out immediately and cannot sign in until the account is activated again."
            | "사용자는 바로 로그아웃되고, 다시 활성화할 때까지 로그인할 수 없습니다.",
        deactivate: "Deactivate" | "비활성화",
        ask(name): "Deactivate {name}?" | "{name} 계정을 비활성화할까요?",
        deactivated(name): "{name} was deactivated." | "{name} 계정을 비활성화했습니다.",
        activate_title: "Activate this account" | "이 계정 활성화",
        activate_why: "The account is deactivated, so the user cannot sign in. Ended sessions are not restored."
            | "비활성화되어 로그인할 수 없는 계정입니다. 활성화해도 종료된 세션은 복구되지 않습니다.",
        activate: "Activate" | "활성화",
        activated(name): "{name} was activated." | "{name} 계정을 활성화했습니다.",
    }
}

/// The card with the button.
#[component]
pub(super) fn Activation(
    record: UserRecord,
    user: Load<UserRecord>,
    sessions: Load<Vec<SessionInfo>>,
    confirm: Confirm,
    actions: Actions,
) -> impl IntoView {
    let text = Text::get();
    let is_active = record.is_active;
    let (title, why, button, tone) = if is_active {
        (text.deactivate_title, text.deactivate_why, text.deactivate, "danger")
    } else {
        (text.activate_title, text.activate_why, text.activate, "primary")
    };
    let UserRecord { id, username, .. } = record;
    let question = text.ask(&username);
    let set = move || {
        let change = UserChange { is_active: Some(!is_active), ..UserChange::default() };
        actions.run(admin::change_user(id.clone(), change), move |changed| {
            let name = &changed.username;
            let done = if changed.is_active { text.activated(name) } else { text.deactivated(name) };
            user.put(changed);
            sessions.again();
            done
        });
    };
    let click = move |_| {
        let set = set.clone();
        if !is_active {
            return set();
        }
        let question = Question { title: question.clone(), consequence: why.to_owned(), button };
        confirm.ask(question, set);
    };
    view! {
        <section class=if is_active { "card danger" } else { "card" } aria-labelledby="activation">
            <h2 id="activation">{title}</h2>
            <p>{why}</p>
            <Failure of=actions/>
            <button type="button" class=tone on:click=click>{button}</button>
        </section>
    }
}
