//! `/account/security`: the user's security events by day.

use hallpass_types::{Listing, OwnEvent};
use leptos::{either::Either, prelude::*};

use crate::{
    api::account,
    texts,
    ui::{
        components::{
            Happening, Icon, Pager, Shape, clock_only, day, event_origin, event_sentence, event_tone, iso_time,
        },
        list::List,
        list_url::ListUrl,
        query::{Filters, Query},
    },
};

texts! {
    Text {
        title: "Account activity" | "계정 활동",
        what_to_do: "Don't recognize something? Change your password. This ends all other sessions."
            | "본인이 하지 않은 활동이 있나요? 비밀번호를 변경하세요. 다른 세션이 모두 종료됩니다.",
        change: "Change password" | "비밀번호 변경",
        nothing: "No activity yet" | "아직 활동이 없습니다",
    }
}

/// The current page of events, from one.
#[derive(Clone, Default, PartialEq)]
struct EventPage(u32);

impl Filters for EventPage {
    fn exchange(&mut self, query: &mut Query) {
        query.page(&mut self.0);
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.0
    }
}

/// The user's security events.
#[component]
pub(super) fn Security() -> impl IntoView {
    let List { url, rows } = List::new(|EventPage(page)| account::events(page));
    let text = Text::get();
    view! {
        <section class="card" aria-labelledby="events" aria-busy=move || rows.is_asking().get().to_string()>
            <h2 id="events">{text.title}</h2>
            <p>{text.what_to_do} " " <a href="/account#password">{text.change}</a></p>
            {rows.view(Shape::Rows, move |listing| view! { <Days listing url/> })}
        </section>
    }
}

#[component]
fn Days(listing: Listing<OwnEvent>, url: ListUrl<EventPage>) -> impl IntoView {
    let Listing { page: number, pages, items, .. } = listing;
    if items.is_empty() {
        return Either::Left(view! {
            <div class="empty">
                <Icon name="shield"/>
                <h3>{Text::get().nothing}</h3>
            </div>
        });
    }
    let mut days: Vec<(String, Vec<OwnEvent>)> = Vec::new();
    for event in items {
        let of = day(event.at);
        match days.last_mut() {
            Some((last, events)) if *last == of => events.push(event),
            _ => days.push((of, vec![event])),
        }
    }
    let days = days.into_iter().map(|(day, events)| {
        view! {
            <h3>{day}</h3>
            <ol class="timeline">{events.into_iter().map(|event| view! { <Event event/> }).collect_view()}</ol>
        }
    });
    Either::Right(view! {
        {days.collect_view()}
        <Pager number pages page=url.turn()/>
    })
}

#[component]
fn Event(event: OwnEvent) -> impl IntoView {
    let OwnEvent { kind, at, last_at, count, changed, by_administrator, .. } = &event;
    let sentence = event_sentence(&Happening { kind: *kind, count: *count, last_at: *last_at, changed });
    let other = (event.other_address.as_deref(), event.other_device.as_deref());
    let origin = event_origin(event.address.as_deref(), event.device.as_deref(), other, *by_administrator);
    view! {
        <li data-tone=event_tone(*kind)>
            <time datetime=iso_time(*at)>{clock_only(*at)}</time>
            <p>{sentence}</p>
            <p class="meta">{origin}</p>
        </li>
    }
}
