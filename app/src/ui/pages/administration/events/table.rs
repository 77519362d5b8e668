//! The table of events.

use hallpass_types::EventRecord;
use leptos::{either::Either, prelude::*};

use super::search::EventFilters;
use crate::{
    texts,
    ui::{
        components::{Happening, Timestamp, event_origin, event_sentence, event_tone},
        list::List,
        pages::administration::{badges::user_page, owner::OwnerLink, rows::Rows},
    },
};

texts! {
    Text {
        events: "Security events" | "보안 기록",
        when: "Time" | "시각",
        what: "Event" | "내용",
        account: "Account" | "계정",
        by: "Actor" | "수행자",
        from: "Source" | "접속 정보",
        bad: "Critical" | "위험",
        warn: "Warning" | "주의",
        no_account: "Unknown account" | "알 수 없는 계정",
        administrator(id): "Administrator {id}" | "관리자 {id}",
        nobody: "–" | "–",
        unknown: "Unknown" | "알 수 없음",
    }
}

/// One row per event.
#[component]
pub(super) fn Table(list: List<EventFilters, EventRecord>) -> impl IntoView {
    let text = Text::get();
    let head = move |_: &[EventRecord]| {
        [text.when, text.what, text.account, text.by, text.from]
            .map(|label| view! { <th role="columnheader" scope="col">{label}</th> })
    };
    view! { <Rows list icon="shield" label=text.events head row=|event| view! { <Row event/> }/> }
}

#[component]
fn Row(event: EventRecord) -> impl IntoView {
    let text = Text::get();
    let EventRecord { kind, at, last_at, count, changed, .. } = &event;
    let sentence = event_sentence(&Happening { kind: *kind, count: *count, last_at: *last_at, changed });
    let other = (event.other_address.as_deref(), event.other_device.as_deref());
    let origin = event_origin(event.address.as_deref(), event.device.as_deref(), other, false);
    let tone = event_tone(*kind);
    let alarm = match tone {
        "bad" => Some(text.bad),
        "warn" => Some(text.warn),
        _ => None,
    };
    view! {
        <tr role="row">
            <td role="cell" data-label=text.when>
                <Timestamp at=*at/>
            </td>
            <td role="cell" data-label=text.what>
                <div>
                    {alarm.map(|word| view! { <span class="badge" data-tone=tone>{word}</span> " " })}
                    {sentence}
                </div>
            </td>
            <th role="rowheader" scope="row" data-label=text.account>
                <OwnerLink id=event.user username=event.username nobody=text.no_account/>
            </th>
            <td role="cell" data-label=text.by>
                {match event.actor {
                    Some(id) => {
                        let words = text.administrator(&id);
                        Either::Left(view! { <a href=user_page(&id)>{words}</a> })
                    }
                    None => Either::Right(text.nobody),
                }}
            </td>
            <td role="cell" data-label=text.from>{if origin.is_empty() { text.unknown.to_owned() } else { origin }}</td>
        </tr>
    }
}
