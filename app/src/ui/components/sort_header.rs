//! The head of a column by which a table can be ordered.

use leptos::prelude::*;

/// The head. `descending` is how the table is ordered by it, if it is.
#[component]
pub(crate) fn SortHeader(
    label: &'static str,
    descending: Signal<Option<bool>>,
    on_sort: impl Fn() + 'static,
) -> impl IntoView {
    let sort = move || match descending.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    view! {
        <th role="columnheader" scope="col" aria-sort=sort>
            <button type="button" class="sort" on:click=move |_| on_sort()>{label}</button>
        </th>
    }
}
