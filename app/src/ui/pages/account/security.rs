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
        list_url::{Filters, ListUrl},
        load::Load,
        load_page::load_page,
        query::{Parameters, Query, page_parameter},
    },
};

texts! {
    Text {
        title: "What happened to your account" | "내 계정에 있었던 일",
        what_to_do: "Something here was not you? Change your password: it ends every other session."
            | "내가 하지 않은 일이 있나요? 비밀번호를 바꾸세요. 다른 세션이 모두 종료됩니다.",
        change: "Change password" | "비밀번호 바꾸기",
        nothing: "Nothing yet" | "아직 없습니다",
    }
}

/// The current page of events, from one.
#[derive(Clone, PartialEq)]
struct EventPage(u32);

impl Filters for EventPage {
    fn read(query: &Query) -> Self {
        Self(query.page())
    }

    fn write(&self) -> Parameters {
        page_parameter(self.0).into_iter().collect()
    }

    fn page_mut(&mut self) -> &mut u32 {
        &mut self.0
    }
}

/// The user's security events.
#[component]
pub(super) fn Security() -> impl IntoView {
    let url = ListUrl::<EventPage>::current();
    let list = Load::new(move || load_page(url.get(), |EventPage(page)| account::events(page)));
    let text = Text::get();
    view! {
        <section class="card" aria-labelledby="events" aria-busy=move || list.is_asking().get().to_string()>
            <h2 id="events">{text.title}</h2>
            <p>{text.what_to_do} " " <a href="/account#password">{text.change}</a></p>
            {list.view(Shape::Rows, move |listing| view! { <Days listing url/> })}
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
