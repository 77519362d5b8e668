//! `/admin/users`: search, creation and bulk activation.

mod bulk;
mod create;
mod search;
mod table;
mod toolbar;

use bulk::BulkActivation;
use create::CreateUser;
use hallpass_types::UserSearch;
use leptos::prelude::*;
use table::Table;
use toolbar::Toolbar;

use crate::{
    api::admin,
    ui::{
        components::{Confirm, ConfirmDialog, Selection},
        list::List,
    },
};

/// The page.
#[component]
pub(super) fn Users() -> impl IntoView {
    let list = List::new(|search: UserSearch| admin::list_users(search));
    let confirm = Confirm::new();
    let is_creating = RwSignal::new(false);
    // The bar of selected rows must not cover the form.
    let selection = Selection::cleared_by(move || _ = (list.url.get(), is_creating.get()));
    view! {
        <Toolbar url=list.url is_creating/>
        {move || is_creating.get().then(|| view! { <CreateUser list is_creating/> })}
        <Table list selection/>
        <BulkActivation list selection confirm/>
        <ConfirmDialog confirm/>
    }
}
