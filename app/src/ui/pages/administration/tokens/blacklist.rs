//! Blacklisting several tokens at once.

use hallpass_types::{Listing, TokenRecord};
use leptos::prelude::*;

use crate::{
    api::admin,
    language::fill,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Bulk, Confirm, Question, Selection},
        load::Load,
    },
};

texts! {
    Text {
        blacklist: "Blacklist" | "블랙리스트에 올리기",
        ask: "Blacklist {count} selected?" | "선택한 {count}개를 블랙리스트에 올릴까요?",
        consequence: "Each takes its session with it: whoever is signed in by it is signed out at once. This cannot be undone."
            | "각 토큰의 세션도 함께 끝나며, 그 세션으로 로그인한 사람은 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        done: "Blacklisted: {count}." | "{count}개를 블랙리스트에 올렸습니다.",
    }
}

/// The bar under the table.
#[component]
pub(super) fn BulkBlacklist(list: Load<Listing<TokenRecord>>, selection: Selection, confirm: Confirm) -> impl IntoView {
    let text = Text::get();
    let actions = Actions::new();
    let ask = move |_| {
        let question = Question {
            title: fill(text.ask, &[("count", &selection.ids().len().to_string())]),
            consequence: text.consequence.to_owned(),
            button: text.blacklist,
        };
        confirm.ask(question, move || {
            actions.run(admin::blacklist_tokens(selection.ids()), move |changed| {
                // Other tokens of the same sessions are blacklisted too.
                list.again();
                selection.leave();
                fill(text.done, &[("count", &changed.len().to_string())])
            });
        });
    };
    view! {
        <Bulk selection>
            <Failure of=actions/>
            <button type="button" class="danger" on:click=ask>{text.blacklist}</button>
        </Bulk>
    }
}
