//! Links to the other pages of a list.

use leptos::prelude::*;

use crate::texts;

texts! {
    Text {
        pages: "Pages" | "페이지",
        previous: "Previous" | "이전",
        next: "Next" | "다음",
        here(page, pages): "Page {page} of {pages}" | "{pages}쪽 중 {page}쪽",
    }
}

/// Previous and next page; empty for a single page.
#[component]
pub(crate) fn Pager(
    /// The current page, from one.
    number: u64,
    /// The number of pages.
    pages: u64,
    /// Called with the page to show.
    #[prop(into)]
    page: SignalSetter<u32>,
) -> impl IntoView {
    let text = Text::get();
    let here = text.here(&number, &pages);
    let (is_first, is_last) = (number <= 1, number >= pages);
    let turn = move |to: u64| page.set(u32::try_from(to).unwrap_or(u32::MAX));
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=text.pages>
                <button type="button" disabled=is_first on:click=move |_| turn(number - 1)>{text.previous}</button>
                <span>{here}</span>
                <button type="button" disabled=is_last on:click=move |_| turn(number + 1)>{text.next}</button>
            </nav>
        }
    })
}
