//! A table with its caption, its row count and its loading state. On phones its parts are displayed as blocks, which
//! removes table semantics in some browsers, so every part has an explicit ARIA role.

use hallpass_types::Listing;
use leptos::prelude::*;

use super::count::count_words;
use crate::ui::load::Load;

/// A table of one page of `list`. `head` holds the header cells.
#[component]
pub(super) fn Rows<T, Head, Body>(
    label: &'static str,
    listing: Listing<T>,
    list: Load<Listing<T>>,
    head: Head,
    row: impl Fn(T) -> Body,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    Head: IntoView + 'static,
    Body: IntoView + 'static,
{
    let words = count_words(&listing);
    view! {
        <p class="visually-hidden" role="status">{words.clone()}</p>
        <div
            class="table"
            role="region"
            tabindex="0"
            aria-label=label
            aria-busy=move || list.is_asking().get().to_string()
        >
            <table role="table" class="data">
                <caption>{words}</caption>
                <thead role="rowgroup">
                    <tr role="row">{head}</tr>
                </thead>
                <tbody role="rowgroup">{listing.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
