//! `/admin/users`: found, ordered, made, and made inactive, many at once.

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
    api::admin::users,
    ui::{
        address::Address,
        components::{Confirm, ConfirmDialog, Pager, Selection, Shape},
        found::find,
        load::Load,
    },
};

/// The users.
#[component]
pub(super) fn Users() -> impl IntoView {
    let address = Address::<UserSearch>::here();
    let list = Load::new(move || find(address.get(), users::list_users));
    let selection = Selection::new();
    let confirm = Confirm::new();
    let is_creating = RwSignal::new(false);
    // What is not in sight is not chosen, and the bar of the chosen does not lie over the form.
    Effect::new(move |_| {
        address.get();
        is_creating.track();
        selection.clear();
    });
    view! {
        <Toolbar address is_creating/>
        {move || is_creating.get().then(|| view! { <CreateUser list is_creating/> })}
        {list.view(Shape::Table, move |listing| view! { <Found listing list address selection/> })}
        <BulkActivation list selection confirm/>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Found(
    listing: Listing<UserRecord>,
    list: Load<Listing<UserRecord>>,
    address: Address<UserSearch>,
    selection: Selection,
) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="users" address/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list address selection/>
        <Pager number pages page=address.turn()/>
    })
}
