//! The table of events.

use hallpass_types::{EventRecord, Listing};
use leptos::{either::Either, prelude::*};

use crate::{
    language::fill,
    texts,
    ui::{
        components::{Happening, date_time, event_origin, event_sentence, event_tone, iso_time},
        load::Load,
        pages::administration::{badges::user_page, owner::OwnerLink, rows::Rows},
    },
};

texts! {
    Text {
        events: "Security events" | "보안 기록",
        when: "When" | "시각",
        what: "What" | "내용",
        account: "Account" | "계정",
        by: "Done by" | "수행한 사람",
        from: "From where" | "접속 정보",
        bad: "Danger" | "위험",
        warn: "Notice" | "주의",
        no_account: "No such account" | "없는 계정",
        administrator: "Administrator {id}" | "{id}번 관리자",
        nobody: "–" | "–",
        unknown: "Unknown" | "알 수 없음",
    }
}

/// One row per event.
#[component]
pub(super) fn Table(listing: Listing<EventRecord>, list: Load<Listing<EventRecord>>) -> impl IntoView {
    let text = Text::get();
    let head = view! {
        <th role="columnheader" scope="col">{text.when}</th>
        <th role="columnheader" scope="col">{text.what}</th>
        <th role="columnheader" scope="col">{text.account}</th>
        <th role="columnheader" scope="col">{text.by}</th>
        <th role="columnheader" scope="col">{text.from}</th>
    };
    view! { <Rows label=text.events listing list head row=move |event| view! { <Row event/> }/> }
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
                <time datetime=iso_time(*at)>{date_time(*at)}</time>
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
                        let words = fill(text.administrator, &[("id", &id)]);
                        Either::Left(view! { <a href=user_page(&id)>{words}</a> })
                    }
                    None => Either::Right(text.nobody),
                }}
            </td>
            <td role="cell" data-label=text.from>{if origin.is_empty() { text.unknown.to_owned() } else { origin }}</td>
        </tr>
    }
}
