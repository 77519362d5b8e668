//! Activating and deactivating several users at once.

use hallpass_types::{UserRecord, UserSearch};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Bulk, Confirm, Question, Selection},
        list::List,
        pages::administration::badges::replace,
    },
};

texts! {
    Text {
        activate: "Activate" | "활성화",
        deactivate: "Deactivate" | "비활성화",
        ask: "Deactivate the selected users?" | "선택한 사용자를 비활성화할까요?",
        consequence: "They are signed out immediately and cannot sign in until they are activated again."
            | "바로 로그아웃되고, 다시 활성화할 때까지 로그인할 수 없습니다.",
        one_deactivated: "1 user deactivated" | "사용자 1명을 비활성화했습니다",
        deactivated(count): "{count} users deactivated" | "사용자 {count}명을 비활성화했습니다",
        one_activated: "1 user activated" | "사용자 1명을 활성화했습니다",
        activated(count): "{count} users activated" | "사용자 {count}명을 활성화했습니다",
    }
}

/// The bar under the table.
#[component]
pub(super) fn BulkActivation(
    list: List<UserSearch, UserRecord>,
    selection: Selection,
    confirm: Confirm,
) -> impl IntoView {
    let text = Text::get();
    let actions = Actions::new();
    let set = move |is_active: bool| {
        actions.run(admin::set_active(selection.ids(), is_active), move |changed| {
            let count = changed.len();
            list.rows.change(|listing| replace(&mut listing.items, changed));
            // The changed users may no longer match the filter.
            list.rows.again();
            selection.leave();
            match (is_active, count) {
                (true, 1) => text.one_activated.to_owned(),
                (true, _) => text.activated(&count),
                (false, 1) => text.one_deactivated.to_owned(),
                (false, _) => text.deactivated(&count),
            }
        });
    };
    let ask = move |_| {
        let question =
            Question { title: text.ask.to_owned(), consequence: text.consequence.to_owned(), button: text.deactivate };
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
