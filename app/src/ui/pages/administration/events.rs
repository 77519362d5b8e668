//! `/admin/events`: what happened to all accounts.

mod days;
mod kinds;
mod search;
mod table;
mod toolbar;

use hallpass_types::{EventRecord, Listing};
use leptos::{either::Either, prelude::*};
use search::EventConditions;
use table::Table;
use toolbar::Toolbar;

use super::{empty::Empty, narrowed::Narrowed};
use crate::{
    api::admin::events,
    language::fill,
    texts,
    ui::{
        address::Address,
        components::{Pager, Shape},
        found::find,
        load::Load,
    },
};

texts! {
    Text {
        of_user: "Only events of user {id} are shown." | "{id}번 사용자의 기록만 표시합니다.",
    }
}

/// The events.
#[component]
pub(super) fn Events() -> impl IntoView {
    let text = Text::get();
    let address = Address::<EventConditions>::here();
    let list =
        Load::new(move || find(address.get(), |conditions: EventConditions| events::list_events(conditions.search())));
    let of_user = address.part(move |search| Some(fill(text.of_user, &[("id", search.user.as_deref()?)])));
    view! {
        <Toolbar address/>
        <Narrowed words=of_user on_widen=move || address.change(|search| search.user = None)/>
        {list.view(Shape::Table, move |listing| view! { <Found listing list address/> })}
    }
}

#[component]
fn Found(
    listing: Listing<EventRecord>,
    list: Load<Listing<EventRecord>>,
    address: Address<EventConditions>,
) -> impl IntoView {
    if listing.items.is_empty() {
        return Either::Left(view! { <Empty icon="shield" address/> });
    }
    let (number, pages) = (listing.page, listing.pages);
    Either::Right(view! {
        <Table listing list/>
        <Pager number pages page=address.turn()/>
    })
}
