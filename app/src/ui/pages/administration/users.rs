//! `/admin/users`: search, creation and bulk activation.

mod bulk;
mod create;
mod search;
mod table;
mod toolbar;

use bulk::BulkActivation;
use create::CreateUser;
use hallpass_types::{Listing, UserRecord, UserSearch};
use leptos::{either::Either, prelude::*};
use table::Table;
use toolbar::Toolbar;

use super::empty::Empty;
use crate::{
    api::admin,
    ui::{
        components::{Confirm, ConfirmDialog, Pager, Selection, Shape},
        list_url::ListUrl,
        load::Load,
        load_page::load_page,
    },
};

/// The page.
#[component]
pub(super) fn Users() -> impl IntoView {
    let url = ListUrl::<UserSearch>::current();
    let list = Load::new(move || load_page(url.get(), admin::list_users));
    let selection = Selection::new();
    let confirm = Confirm::new();
    let is_creating = RwSignal::new(false);
    // Rows that are not visible are not selected, and the bar of selected rows must not cover the form.
    Effect::new(move |_| {
        url.get();
        is_creating.track();
        selection.clear();
    });
    view! {
        <Toolbar url is_creating/>
        {move || is_creating.get().then(|| view! { <CreateUser list is_creating/> })}
        {list.view(Shape::Table, move |listing| view! { <Found listing list url selection/> })}
        <BulkActivation list selection confirm/>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Found(
    listing: Listing<UserRecord>,
    list: Load<Listing<UserRecord>>,
    url: ListUrl<UserSearch>,
    selection: Selection,
) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="users" url/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list url selection/>
        <Pager number pages page=url.turn()/>
    })
}
