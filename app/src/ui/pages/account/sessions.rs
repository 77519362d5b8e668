//! `/account/sessions`: the user's sessions, with actions to end one or all others.

use hallpass_types::{Listing, SessionInfo};
use leptos::prelude::*;

use crate::{
    api::account,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Confirm, ConfirmDialog, Icon, Pager, Question, SessionRow, Shape},
        load::Load,
    },
};

texts! {
    Text {
        title: "Where you are signed in" | "로그인한 기기",
        this_device: "This device" | "이 기기",
        end_others: "End all other sessions" | "다른 세션 모두 종료",
        nowhere_else: "No other sessions" | "다른 세션 없음",
        only_here: "You're not signed in anywhere else." | "다른 곳에서는 로그인하지 않았습니다.",
        ask_others: "End all other sessions?" | "다른 세션을 모두 종료할까요?",
        consequence: "All other devices are signed out immediately. You stay signed in on this device. This cannot be undone."
            | "다른 기기는 모두 바로 로그아웃되고, 이 기기는 로그인이 유지됩니다. 되돌릴 수 없습니다.",
        ended_others: "All other sessions were ended." | "다른 세션을 모두 종료했습니다.",
    }
}

/// The user's sessions.
#[component]
pub(super) fn Sessions() -> impl IntoView {
    let page = RwSignal::new(1_u32);
    let list = Load::new(move || account::sessions(Some(page.get())));
    let (confirm, actions) = (Confirm::new(), Actions::new());
    view! {
        <Failure of=actions/>
        {list.view(Shape::Rows, move |listing| view! { <List listing page list confirm actions/> })}
        <ConfirmDialog confirm/>
    }
}

#[component]
fn List(
    listing: Listing<SessionInfo>,
    page: RwSignal<u32>,
    list: Load<Listing<SessionInfo>>,
    confirm: Confirm,
    actions: Actions,
) -> impl IntoView {
    let text = Text::get();
    let Listing { count, page: number, pages, items } = listing;
    let (mut sessions, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|session| session.is_current);
    let end_others = move |_| {
        let question = Question {
            title: text.ask_others.to_owned(),
            consequence: text.consequence.to_owned(),
            button: text.end_others,
        };
        confirm.ask(question, move || {
            page.set(1);
            actions.run_on(list, account::end_other_sessions(), text.ended_others.to_owned());
        });
    };
    // Removing the only session of the last page removes the page.
    let is_alone = number > 1 && number == pages && sessions.len() + others.len() == 1;
    let back = is_alone.then(|| u32::try_from(number - 1).unwrap_or(u32::MAX));
    let end = move |id, done| {
        if let Some(back) = back {
            page.set(back);
        }
        actions.run_on(list, account::end_session(id), done);
    };
    let has_others = count > 1 || !others.is_empty();
    // This device first.
    sessions.extend(others);
    let row = move |info: SessionInfo| {
        let end = (!info.is_current).then_some(end);
        view! { <SessionRow info here=text.this_device confirm end/> }
    };
    view! {
        <section class="page" aria-labelledby="sessions">
            <div class="toolbar">
                <h2 id="sessions">{text.title}</h2>
                {has_others
                    .then(|| view! { <button type="button" class="danger" on:click=end_others>{text.end_others}</button> })}
            </div>
            <ul class="rows">{sessions.into_iter().map(row).collect_view()}</ul>
            <Pager number pages page/>
            {(!has_others)
                .then(|| view! {
                    <div class="empty">
                        <Icon name="ticket"/>
                        <h3>{text.nowhere_else}</h3>
                        <p>{text.only_here}</p>
                    </div>
                })}
        </section>
    }
}
