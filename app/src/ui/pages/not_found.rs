//! The page for unknown paths.

use leptos::prelude::*;

use crate::{api::status, texts};

texts! {
    Text {
        title: "There is no such page" | "그런 페이지가 없습니다",
        why: "The address may be mistyped, or the page has moved." | "주소가 잘못되었거나 페이지가 옮겨졌을 수 있습니다.",
        home: "Go to the start" | "처음으로 가기",
    }
}

/// The message, with a link to the home page.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let text = Text::get();
    status::set_not_found();
    view! {
        <section class="card empty">
            <h1>{text.title}</h1>
            <p>{text.why}</p>
            <p>
                <a href="/" class="button">{text.home}</a>
            </p>
        </section>
    }
}
