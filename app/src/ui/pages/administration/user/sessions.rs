//! The sessions of a user, with actions to end one or all of them.

use hallpass_types::SessionInfo;
use leptos::{either::Either, prelude::*};

use crate::{
    api::admin,
    local_url::LocalUrl,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Confirm, Icon, Question, SessionRow, Shape},
        load::Load,
    },
};

texts! {
    Text {
        title: "Sessions" | "세션",
        none: "No sessions" | "세션 없음",
        your_own: "Your session" | "현재 세션",
        end_all: "End all sessions" | "모든 세션 종료",
        ask_all: "End all sessions of this user?" | "이 사용자의 세션을 모두 종료할까요?",
        consequence: "The user is signed out on every device immediately. This cannot be undone."
            | "사용자는 모든 기기에서 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        ended_all: "All sessions were ended." | "세션을 모두 종료했습니다.",
    }
}

/// The list.
#[component]
pub(super) fn Sessions(id: String, sessions: Load<Vec<SessionInfo>>, confirm: Confirm) -> impl IntoView {
    let id = StoredValue::new(id);
    let actions = Actions::new();
    sessions.view(Shape::Rows, move |list| view! { <List list id=id.get_value() sessions confirm actions/> })
}

#[component]
fn List(
    list: Vec<SessionInfo>,
    id: String,
    sessions: Load<Vec<SessionInfo>>,
    confirm: Confirm,
    actions: Actions,
) -> impl IntoView {
    let text = Text::get();
    let end_all = move |_| {
        let question =
            Question { title: text.ask_all.to_owned(), consequence: text.consequence.to_owned(), button: text.end_all };
        let id = id.clone();
        confirm.ask(question, move || {
            actions.run_on(sessions, admin::end_sessions_of(id), text.ended_all.to_owned());
        });
    };
    let is_empty = list.is_empty();
    let row = |info: SessionInfo| {
        let tokens = LocalUrl::of_page("/admin/tokens").with("session", &info.id).to_string();
        let end = move |id, done| actions.run_on(sessions, admin::end_session_of(id), done);
        view! { <SessionRow info here=text.your_own confirm end=Some(end) tokens/> }
    };
    let rows = if is_empty {
        Either::Left(view! {
            <div class="empty">
                <Icon name="ticket"/>
                <h3>{text.none}</h3>
            </div>
        })
    } else {
        Either::Right(view! { <ul class="rows">{list.into_iter().map(row).collect_view()}</ul> })
    };
    view! {
        <section
            class="page"
            aria-labelledby="sessions"
            aria-busy=move || sessions.is_asking().get().to_string()
        >
            <div class="toolbar">
                <h2 id="sessions">{text.title}</h2>
                <button type="button" class="danger" disabled=is_empty on:click=end_all>{text.end_all}</button>
            </div>
            <Failure of=actions/>
            {rows}
        </section>
    }
}
