//! Activating and deactivating several users at once.

use hallpass_types::{Listing, UserRecord};
use leptos::prelude::*;

use crate::{
    api::admin,
    language::fill,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Bulk, Confirm, Question, Selection},
        load::Load,
        pages::administration::badges::replace,
    },
};

texts! {
    Text {
        activate: "Activate" | "활성화",
        deactivate: "Deactivate" | "비활성화",
        ask: "Deactivate {count} selected?" | "선택한 {count}명을 비활성화할까요?",
        consequence: "All sessions of these accounts end at once, and nobody can sign in to them until they are activated again."
            | "이 계정들의 모든 세션이 바로 종료되고, 다시 활성화할 때까지 로그인할 수 없습니다.",
        deactivated: "Deactivated: {count}." | "{count}명을 비활성화했습니다.",
        activated: "Activated: {count}." | "{count}명을 활성화했습니다.",
    }
}

/// The bar under the table.
#[component]
pub(super) fn BulkActivation(list: Load<Listing<UserRecord>>, selection: Selection, confirm: Confirm) -> impl IntoView {
    let text = Text::get();
    let actions = Actions::new();
    let set = move |is_active: bool| {
        actions.run(admin::set_active(selection.ids(), is_active), move |changed| {
            let count = changed.len().to_string();
            list.change(|listing| replace(&mut listing.items, changed));
            // The changed users may no longer match the filter.
            list.again();
            selection.leave();
            fill(if is_active { text.activated } else { text.deactivated }, &[("count", &count)])
        });
    };
    let ask = move |_| {
        let question = Question {
            title: fill(text.ask, &[("count", &selection.ids().len().to_string())]),
            consequence: text.consequence.to_owned(),
            button: text.deactivate,
        };
        confirm.ask(question, move || set(false));
    };
    view! {
        <Bulk selection>
            <Failure of=actions/>
            <button type="button" on:click=move |_| set(true)>{text.activate}</button>
            <button type="button" class="danger" on:click=ask>{text.deactivate}</button>
        </Bulk>
    }
}
