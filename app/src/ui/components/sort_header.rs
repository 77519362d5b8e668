//! The header of a sortable column.

use leptos::prelude::*;

/// The header. `descending` is the current order, if the table is sorted by this column.
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
