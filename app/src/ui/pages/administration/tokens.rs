//! `/admin/tokens`: issued and blacklisted refresh tokens, with bulk actions.

mod blacklist;
mod reason;
mod search;
mod table;
mod toolbar;

use blacklist::BulkBlacklist;
use hallpass_types::{Listing, TokenRecord, TokenSearch};
use leptos::{either::Either, prelude::*};
use table::Table;
use toolbar::Toolbar;

use super::{empty::Empty, narrowed::Narrowed};
use crate::{
    api::admin,
    language::fill,
    texts,
    ui::{
        components::{Confirm, ConfirmDialog, Pager, Selection, Shape},
        list_url::ListUrl,
        load::Load,
        load_page::load_page,
    },
};

texts! {
    Text {
        of_user: "Only tokens of user {id} are shown." | "{id}번 사용자의 토큰만 표시합니다.",
        of_session: "Only tokens of the session {id} are shown." | "{id} 세션의 토큰만 표시합니다.",
    }
}

/// The page.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let text = Text::get();
    let url = ListUrl::<TokenSearch>::current();
    let list = Load::new(move || load_page(url.get(), admin::list_tokens));
    let selection = Selection::new();
    let confirm = Confirm::new();
    // Rows that are not visible are not selected.
    Effect::new(move |_| {
        url.get();
        selection.clear();
    });
    let of_user = url.part(move |search| Some(fill(text.of_user, &[("id", search.user.as_deref()?)])));
    let of_session = url.part(move |search| Some(fill(text.of_session, &[("id", search.session.as_deref()?)])));
    view! {
        <Toolbar url/>
        <Narrowed words=of_user on_widen=move || url.change(|search| search.user = None)/>
        <Narrowed words=of_session on_widen=move || url.change(|search| search.session = None)/>
        {list.view(Shape::Table, move |listing| view! { <Found listing list url selection/> })}
        <BulkBlacklist list selection confirm/>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Found(
    listing: Listing<TokenRecord>,
    list: Load<Listing<TokenRecord>>,
    url: ListUrl<TokenSearch>,
    selection: Selection,
) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="ticket" url/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list selection/>
        <Pager number pages page=url.turn()/>
    })
}
