//! What events are filtered by.

use leptos::prelude::*;

use super::{days::Day, kinds::kind_words, search::EventConditions};
use crate::{
    texts,
    ui::{components::Select, pages::administration::address::Address},
    wire::EventKind,
};

texts! {
    Text {
        kind: "Kind" | "종류",
        every_kind: "Every kind" | "모든 종류",
        since: "From" | "시작일",
        until: "To" | "종료일",
    }
}

/// The filters.
#[component]
pub(super) fn Toolbar(address: Address<EventConditions>) -> impl IntoView {
    let text = Text::get();
    let kinds = EventKind::ALL.map(|kind| (kind.name(), kind_words(kind)));
    let options = std::iter::once(("", text.every_kind)).chain(kinds).collect();
    view! {
        <div class="toolbar">
            <Select
                label=text.kind
                options=options
                chosen=address.part(|conditions| conditions.kind.map(EventKind::name).unwrap_or_default().to_owned())
                on_choose=move |word| address.change(|conditions| conditions.kind = EventKind::parse(&word))
            />
            <DayField
                label=text.since
                name="since"
                day=address.part(|conditions| conditions.since)
                on_change=move |day| address.change(|conditions| conditions.since = day)
            />
            <DayField
                label=text.until
                name="until"
                day=address.part(|conditions| conditions.until)
                on_change=move |day| address.change(|conditions| conditions.until = day)
            />
        </div>
    }
}

#[component]
fn DayField(
    label: &'static str,
    name: &'static str,
    day: Signal<Option<Day>>,
    on_change: impl Fn(Option<Day>) + 'static,
) -> impl IntoView {
    view! {
        <div class="check">
            <label for=name>{label}</label>
            <input
                type="date"
                id=name
                name=name
                prop:value=move || day.get().map(Day::text).unwrap_or_default()
                on:change=move |event| on_change(Day::parse(&event_target_value(&event)))
            />
        </div>
    }
}
