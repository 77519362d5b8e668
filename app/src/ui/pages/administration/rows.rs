//! The table of a list, with its row count and pager, or a message if no row was found. On phones the parts of a table
//! are displayed as blocks, which removes table semantics in some browsers, so every part has an explicit ARIA role.

use leptos::{either::Either, prelude::*};

use super::count::count_words;
use crate::{
    texts,
    ui::{
        components::{Icon, Pager, Shape},
        list::List,
        list_url::ListUrl,
        query::Filters,
    },
};

texts! {
    Text {
        title: "No results" | "결과 없음",
        narrow: "No rows match these filters." | "필터에 맞는 항목이 없습니다.",
        all: "Clear filters" | "필터 지우기",
    }
}

/// The current page of `list`. `head` renders the header cells.
#[component]
pub(super) fn Rows<C, T, Head, Row>(
    list: List<C, T>,
    icon: &'static str,
    label: &'static str,
    head: impl Fn(&[T]) -> Head + Send + 'static,
    row: impl Fn(T) -> Row + Copy + Send + 'static,
) -> impl IntoView
where
    C: Filters,
    T: Clone + PartialEq + Send + Sync + 'static,
    Head: IntoView + 'static,
    Row: IntoView + 'static,
{
    let List { url, rows } = list;
    rows.view(Shape::Table, move |listing| {
        if listing.items.is_empty() {
            return Either::Left(view! { <Empty icon url/> });
        }
        let words = count_words(&listing);
        Either::Right(view! {
            <p class="visually-hidden" role="status">{words.clone()}</p>
            <div
                class="table"
                role="region"
                tabindex="0"
                aria-label=label
                aria-busy=move || rows.is_asking().get().to_string()
            >
                <table role="table" class="data">
                    <caption>{words}</caption>
                    <thead role="rowgroup">
                        <tr role="row">{head(&listing.items)}</tr>
                    </thead>
                    <tbody role="rowgroup">{listing.items.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <Pager number=listing.page pages=listing.pages page=url.turn()/>
        })
    })
}

/// The message in place of an empty table, and a button that removes the filters.
#[component]
fn Empty<C: Filters>(icon: &'static str, url: ListUrl<C>) -> impl IntoView {
    let text = Text::get();
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{text.title}</h2>
            <p>{text.narrow}</p>
            <button type="button" on:click=move |_| url.clear()>{text.all}</button>
        </div>
    }
}
