//! `/account/sessions`: the user's sessions, with actions to revoke one or all others.

use hallpass_types::{Listing, SessionInfo};
use leptos::prelude::*;

use crate::{
    api::{ApiError, account},
    language::fill,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Confirm, ConfirmDialog, Icon, Pager, Question, SessionRow, Shape, device_words},
        load::Load,
    },
};

texts! {
    Text {
        title: "Where you are signed in" | "로그인한 곳",
        this_device: "This device" | "이 기기",
        end: "End" | "종료",
        end_of: "End the session on {device}" | "{device} 세션 종료",
        end_others: "End all others" | "다른 세션 모두 종료",
        nowhere_else: "No other sessions" | "다른 세션 없음",
        only_here: "You are signed in on this device alone. Sign in elsewhere, and that device gets a pass of its own here."
            | "이 기기에서만 로그인했습니다. 다른 곳에서 로그인하면 그 기기의 출입증이 여기에 나타납니다.",
        ask_one: "End the session on {device}?" | "{device} 세션을 종료할까요?",
        ask_one_consequence: "It is signed out at once, whatever is open there. This cannot be undone."
            | "거기서 무엇을 하고 있든 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        ask_others: "End every other session?" | "다른 세션을 모두 종료할까요?",
        ask_others_consequence: "All other devices are signed out at once. This one stays signed in. This cannot be undone."
            | "다른 기기는 모두 바로 로그아웃됩니다. 이 기기는 로그인이 유지됩니다. 되돌릴 수 없습니다.",
        ended_one: "The session on {device} was ended." | "{device} 세션을 종료했습니다.",
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
    let (here, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|session| session.is_current);
    let end_others = move |_| {
        let question = Question {
            title: text.ask_others.to_owned(),
            consequence: text.ask_others_consequence.to_owned(),
            button: text.end_others,
        };
        confirm.ask(question, move || {
            page.set(1);
            end(actions, list, account::end_other_sessions(), text.ended_others.to_owned());
        });
    };
    // Removing the only session of the last page removes the page.
    let is_alone = number > 1 && number == pages && here.len() + others.len() == 1;
    let back = is_alone.then(|| u32::try_from(number - 1).unwrap_or(u32::MAX));
    let turn_back = move || back.into_iter().for_each(|back| page.set(back));
    let has_others = count > 1 || !others.is_empty();
    view! {
        <section class="page" aria-labelledby="sessions">
            <div class="toolbar">
                <h2 id="sessions">{text.title}</h2>
                {has_others
                    .then(|| view! { <button type="button" class="danger" on:click=end_others>{text.end_others}</button> })}
            </div>
            <ul class="rows">
                {here.into_iter().map(|info| view! { <Row info list confirm actions turn_back/> }).collect_view()}
                {others.into_iter().map(|info| view! { <Row info list confirm actions turn_back/> }).collect_view()}
            </ul>
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

#[component]
fn Row<TurnBack: Fn() + Copy + Send + Sync + 'static>(
    info: SessionInfo,
    list: Load<Listing<SessionInfo>>,
    confirm: Confirm,
    actions: Actions,
    /// Called before the session ends.
    turn_back: TurnBack,
) -> impl IntoView {
    let text = Text::get();
    let device = device_words(&info.device);
    let label = fill(text.end_of, &[("device", &device)]);
    let id = info.id.clone();
    let ask = move |_| {
        let question = Question {
            title: fill(text.ask_one, &[("device", &device)]),
            consequence: text.ask_one_consequence.to_owned(),
            button: text.end,
        };
        let (id, done) = (id.clone(), fill(text.ended_one, &[("device", &device)]));
        confirm.ask(question, move || {
            turn_back();
            end(actions, list, account::end_session(id), done);
        });
    };
    let is_elsewhere = !info.is_current;
    view! {
        <SessionRow info here=text.this_device>
            {is_elsewhere
                .then(|| view! {
                    <p class="actions">
                        <button type="button" class="quiet danger" aria-label=label on:click=ask>{text.end}</button>
                    </p>
                })}
        </SessionRow>
    }
}

/// Runs the action and reloads the list, whatever the outcome.
fn end(
    actions: Actions,
    list: Load<Listing<SessionInfo>>,
    action: impl Future<Output = Result<(), ApiError>> + 'static,
    done: String,
) {
    let looked = async move {
        let outcome = action.await;
        list.again();
        outcome
    };
    actions.run(looked, |()| done);
}
