//! The filters of events.

use hallpass_types::EventKind;
use leptos::{html::Input, prelude::*};

use super::{days::Day, search::EventFilters};
use crate::{
    texts,
    ui::{
        components::{Select, event_words},
        list_url::ListUrl,
    },
};

texts! {
    Text {
        kind: "Event type" | "유형",
        every_kind: "All types" | "모든 유형",
        since: "From" | "시작일",
        until: "To" | "종료일",
    }
}

/// The filters.
#[component]
pub(super) fn Toolbar(url: ListUrl<EventFilters>) -> impl IntoView {
    let text = Text::get();
    let kinds = EventKind::known().map(|kind| (kind.name(), event_words(kind)));
    let options = std::iter::once(("", text.every_kind)).chain(kinds).collect();
    view! {
        <div class="toolbar">
            <Select
                label=text.kind
                options=options
                chosen=url.part(|filters| filters.kind.map(EventKind::name).unwrap_or_default().to_owned())
                on_choose=move |word| url.change(|filters| filters.kind = EventKind::parse(&word))
            />
            <DayField
                label=text.since
                name="since"
                day=url.part(|filters| filters.since)
                on_change=move |day| url.change(|filters| filters.since = day)
            />
            <DayField
                label=text.until
                name="until"
                day=url.part(|filters| filters.until)
                on_change=move |day| url.change(|filters| filters.until = day)
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
        // A half-typed date has no value yet; writing to the input would clear it.
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
