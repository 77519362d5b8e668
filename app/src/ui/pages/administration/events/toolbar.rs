//! What events are filtered by.

use hallpass_types::EventKind;
use leptos::{html::Input, prelude::*};

use super::{days::Day, kinds::kind_words, search::EventConditions};
use crate::{
    texts,
    ui::{address::Address, components::Select},
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
    let input = NodeRef::<Input>::new();
    Effect::new(move |_| {
        let Some(input) = input.get() else { return };
        let text = day.get().map(Day::text).unwrap_or_default();
        // A day that is half typed has no value yet, and would be wiped out by being told so.
        if input.value() != text {
            input.set_value(&text);
        }
    });
    let change = move |event| {
        let typed = event_target_value(&event);
        let day = Day::parse(&typed);
        if day.is_some() || typed.is_empty() {
            on_change(day);
        }
    };
    view! {
        <div class="check">
            <label for=name>{label}</label>
            <input type="date" id=name name=name min="1970-01-01" node_ref=input on:change=change/>
        </div>
    }
}
