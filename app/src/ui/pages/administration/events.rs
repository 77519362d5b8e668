//! `/admin/events`: security events of all accounts.

mod days;
mod search;
mod table;
mod toolbar;

use leptos::prelude::*;
use search::EventFilters;
use table::Table;
use toolbar::Toolbar;

use super::narrowed::Narrowed;
use crate::{api::admin, texts, ui::list::List};

texts! {
    Text {
        of_user(id): "Showing events of user {id}" | "사용자 {id}의 기록만 표시",
    }
}

/// The page.
#[component]
pub(super) fn Events() -> impl IntoView {
    let text = Text::get();
    let list = List::new(|filters: EventFilters| admin::list_events(filters.search()));
    let url = list.url;
    let of_user = url.part(move |search| search.user.as_ref().map(|id| text.of_user(id)));
    view! {
        <Toolbar url/>
        <Narrowed words=of_user on_widen=move || url.change(|search| search.user = None)/>
        <Table list/>
    }
}
