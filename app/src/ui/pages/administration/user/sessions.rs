//! The sessions of a user, with actions to revoke one or all of them.

use hallpass_types::SessionInfo;
use leptos::{either::Either, prelude::*};

use crate::{
    api::admin,
    language::fill,
    local_url::LocalUrl,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Confirm, Icon, Question, SessionRow, Shape, device_words},
        load::Load,
    },
};

texts! {
    Text {
        title: "Sessions" | "세션",
        none: "This user is signed in nowhere." | "로그인한 곳이 없습니다.",
        your_own: "Yours, here" | "지금 이 기기",
        tokens: "Tokens" | "토큰",
        tokens_of: "Tokens of the session on {device}" | "{device} 세션의 토큰",
        end: "End" | "종료",
        end_of: "End the session on {device}" | "{device} 세션 종료",
        end_all: "End all" | "모두 종료",
        ask_one: "End the session on {device}?" | "{device} 세션을 종료할까요?",
        ask_all: "End every session of this user?" | "이 사용자의 세션을 모두 종료할까요?",
        consequence: "It is signed out at once, whatever is open there. This cannot be undone."
            | "무엇을 하고 있든 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        ended_one: "The session on {device} was ended." | "{device} 세션을 종료했습니다.",
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
            actions.run(admin::end_sessions_of(id), move |()| {
                sessions.again();
                text.ended_all.to_owned()
            });
        });
    };
    let rows = if list.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <Icon name="ticket"/>
                <h3>{text.none}</h3>
            </div>
        })
    } else {
        let rows = list.iter().cloned().map(|info| view! { <Row info sessions confirm actions/> }).collect_view();
        Either::Right(view! { <ul class="rows">{rows}</ul> })
    };
    view! {
        <section
            class="page"
            aria-labelledby="sessions"
            aria-busy=move || sessions.is_asking().get().to_string()
        >
            <div class="toolbar">
                <h2 id="sessions">{text.title}</h2>
                <button type="button" class="danger" disabled=list.is_empty() on:click=end_all>{text.end_all}</button>
            </div>
            <Failure of=actions/>
            {rows}
        </section>
    }
}

#[component]
fn Row(info: SessionInfo, sessions: Load<Vec<SessionInfo>>, confirm: Confirm, actions: Actions) -> impl IntoView {
    let text = Text::get();
    let (id, device) = (info.id.clone(), device_words(&info.device));
    let [end_label, tokens_label] = [text.end_of, text.tokens_of].map(|words| fill(words, &[("device", &device)]));
    let tokens = LocalUrl::of_page("/admin/tokens").with("session", &id).to_string();
    let end = move |_| {
        let words = |words| fill(words, &[("device", &device)]);
        let question =
            Question { title: words(text.ask_one), consequence: text.consequence.to_owned(), button: text.end };
        let (id, done) = (id.clone(), words(text.ended_one));
        confirm.ask(question, move || {
            actions.run(admin::end_session_of(id), move |()| {
                sessions.again();
                done
            });
        });
    };
    view! {
        <SessionRow info here=text.your_own>
            <p class="actions">
                <a class="button quiet" href=tokens aria-label=tokens_label>
                    {text.tokens}
                </a>
                <button type="button" class="quiet danger" aria-label=end_label on:click=end>{text.end}</button>
            </p>
        </SessionRow>
    }
}
