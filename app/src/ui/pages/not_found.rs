//! The page for unknown paths.

use leptos::prelude::*;

use crate::{api::status, texts};

texts! {
    Text {
        title: "Page not found" | "페이지를 찾을 수 없음",
        why: "The URL may be wrong, or the page has moved." | "주소가 잘못되었거나 페이지가 이동했을 수 있습니다.",
        home: "Go to the home page" | "홈으로 이동",
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
