//! `/admin/events`: security events of all accounts.

mod days;
mod kinds;
mod search;
mod table;
mod toolbar;

use hallpass_types::{EventRecord, Listing};
use leptos::{either::Either, prelude::*};
use search::EventFilters;
use table::Table;
use toolbar::Toolbar;

use super::{empty::Empty, narrowed::Narrowed};
use crate::{
    api::admin,
    language::fill,
    texts,
    ui::{
        components::{Pager, Shape},
        list_url::ListUrl,
        load::Load,
        load_page::load_page,
    },
};

texts! {
    Text {
        of_user: "Only events of user {id} are shown." | "{id}번 사용자의 기록만 표시합니다.",
    }
}

/// The page.
#[component]
pub(super) fn Events() -> impl IntoView {
    let text = Text::get();
    let url = ListUrl::<EventFilters>::current();
    let list = Load::new(move || load_page(url.get(), |filters: EventFilters| admin::list_events(filters.search())));
    let of_user = url.part(move |search| Some(fill(text.of_user, &[("id", search.user.as_deref()?)])));
    view! {
        <Toolbar url/>
        <Narrowed words=of_user on_widen=move || url.change(|search| search.user = None)/>
        {list.view(Shape::Table, move |listing| view! { <Found listing list url/> })}
    }
}

#[component]
fn Found(listing: Listing<EventRecord>, list: Load<Listing<EventRecord>>, url: ListUrl<EventFilters>) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="shield" url/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list/>
        <Pager number pages page=url.turn()/>
    })
}
