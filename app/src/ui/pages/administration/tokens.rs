//! `/admin/tokens`: the refresh tokens that were issued, and taken back, many at once.

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
    api::admin::tokens,
    language::fill,
    texts,
    ui::{
        address::Address,
        components::{Confirm, ConfirmDialog, Pager, Selection, Shape},
        found::find,
        load::Load,
    },
};

texts! {
    Text {
        of_user: "Only tokens of user {id} are shown." | "{id}번 사용자의 토큰만 표시합니다.",
        of_session: "Only tokens of the session {id} are shown." | "{id} 세션의 토큰만 표시합니다.",
    }
}

/// The tokens.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let text = Text::get();
    let address = Address::<TokenSearch>::here();
    let list = Load::new(move || find(address.get(), tokens::list_tokens));
    let selection = Selection::new();
    let confirm = Confirm::new();
    // What is not in sight is not chosen.
    Effect::new(move |_| {
        address.get();
        selection.clear();
    });
    let of_user = address.part(move |search| Some(fill(text.of_user, &[("id", search.user.as_deref()?)])));
    let of_session = address.part(move |search| Some(fill(text.of_session, &[("id", search.session.as_deref()?)])));
    view! {
        <Toolbar address/>
        <Narrowed words=of_user on_widen=move || address.change(|search| search.user = None)/>
        <Narrowed words=of_session on_widen=move || address.change(|search| search.session = None)/>
        {list.view(Shape::Table, move |listing| view! { <Found listing list address selection/> })}
        <BulkBlacklist list selection confirm/>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Found(
    listing: Listing<TokenRecord>,
    list: Load<Listing<TokenRecord>>,
    address: Address<TokenSearch>,
    selection: Selection,
) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="ticket" address/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list selection/>
        <Pager number pages page=address.turn()/>
    })
}
