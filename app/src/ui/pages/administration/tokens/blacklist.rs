//! Blacklisting several tokens at once.

use hallpass_types::{TokenRecord, TokenSearch};
use leptos::prelude::*;

use crate::{
    api::admin,
    texts,
    ui::{
        action::{Actions, Failure},
        components::{Bulk, Confirm, Question, Selection},
        list::List,
    },
};

texts! {
    Text {
        revoke: "Revoke tokens" | "토큰 폐기",
        ask: "Revoke the selected tokens?" | "선택한 토큰을 폐기할까요?",
        consequence: "Their sessions end, and those devices are signed out immediately. This cannot be undone."
            | "토큰의 세션이 종료되고 해당 기기는 바로 로그아웃됩니다. 되돌릴 수 없습니다.",
        done_one: "1 token revoked" | "토큰 1개를 폐기했습니다",
        done(count): "{count} tokens revoked" | "토큰 {count}개를 폐기했습니다",
    }
}

/// The bar under the table.
#[component]
pub(super) fn BulkBlacklist(
    list: List<TokenSearch, TokenRecord>,
    selection: Selection,
    confirm: Confirm,
) -> impl IntoView {
    let text = Text::get();
    let actions = Actions::new();
    let ask = move |_| {
        let question =
            Question { title: text.ask.to_owned(), consequence: text.consequence.to_owned(), button: text.revoke };
        confirm.ask(question, move || {
            actions.run(admin::blacklist_tokens(selection.ids()), move |changed| {
                // Other tokens of the same sessions are blacklisted too.
                list.rows.again();
                selection.leave();
                if changed.len() == 1 { text.done_one.to_owned() } else { text.done(&changed.len()) }
            });
        });
    };
    view! {
        <Bulk selection>
            <Failure of=actions/>
            <button type="button" class="danger" on:click=ask>{text.revoke}</button>
        </Bulk>
    }
}
