//! `/admin/tokens`: issued and blacklisted refresh tokens, with bulk actions.

mod blacklist;
mod reason;
mod search;
mod table;
mod toolbar;

use blacklist::BulkBlacklist;
use hallpass_types::TokenSearch;
use leptos::prelude::*;
use table::Table;
use toolbar::Toolbar;

use super::narrowed::Narrowed;
use crate::{
    api::admin,
    texts,
    ui::{
        components::{Confirm, ConfirmDialog, Selection},
        list::List,
    },
};

texts! {
    Text {
        of_user(id): "Showing tokens of user {id}" | "사용자 {id}의 토큰만 표시",
        of_session(id): "Showing tokens of session {id}" | "세션 {id}의 토큰만 표시",
    }
}

/// The page.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let text = Text::get();
    let list = List::new(|search: TokenSearch| admin::list_tokens(search));
    let (url, confirm) = (list.url, Confirm::new());
    let selection = Selection::cleared_by(move || _ = url.get());
    let of_user = url.part(move |search| search.user.as_ref().map(|id| text.of_user(id)));
    let of_session = url.part(move |search| search.session.as_ref().map(|id| text.of_session(id)));
    view! {
        <Toolbar url/>
        <Narrowed words=of_user on_widen=move || url.change(|search| search.user = None)/>
        <Narrowed words=of_session on_widen=move || url.change(|search| search.session = None)/>
        <Table list selection/>
        <BulkBlacklist list selection confirm/>
        <ConfirmDialog confirm/>
    }
}
