//! What stands in the place of a table in which there is nothing.

use leptos::prelude::*;

use crate::{
    texts,
    ui::{
        address::{Address, Conditions},
        components::Icon,
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

/// Word of it, and a way back to everything.
#[component]
pub(super) fn Empty<C: Conditions>(icon: &'static str, address: Address<C>) -> impl IntoView {
    let text = Text::get();
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{text.title}</h2>
            <p>{text.narrow}</p>
            <button
                type="button"
                on:click=move |_| address.change(|conditions| *conditions = C::read(&Query::parse("")))
            >
                {text.all}
            </button>
        </div>
    }
}
