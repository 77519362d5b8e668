//! The message in place of an empty table.

use leptos::prelude::*;

use crate::{
    texts,
    ui::{
        components::Icon,
        list_url::{Filters, ListUrl},
        query::Query,
    },
};

texts! {
    Text {
        title: "Nothing found" | "찾은 것이 없습니다",
        narrow: "Nothing meets all of these conditions." | "이 조건에 모두 맞는 것이 없습니다.",
        all: "Show everything" | "모두 보기",
    }
}

/// The message, and a button that removes the filters.
#[component]
pub(super) fn Empty<C: Filters>(icon: &'static str, url: ListUrl<C>) -> impl IntoView {
    let text = Text::get();
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{text.title}</h2>
            <p>{text.narrow}</p>
            <button
                type="button"
                on:click=move |_| url.change(|filters| *filters = C::read(&Query::parse("")))
            >
                {text.all}
            </button>
        </div>
    }
}
