//! The selected rows of a table, by id, and their checkboxes.

use std::collections::BTreeSet;

use leptos::prelude::*;
use web_sys::{HtmlElement, wasm_bindgen::JsCast};

/// The selected rows of a page.
#[derive(Clone, Copy)]
pub(crate) struct Selection(RwSignal<BTreeSet<String>>);

impl Selection {
    /// An empty selection. It is cleared when a signal changes that `changed` reads: rows that are not visible are not
    /// selected.
    pub(crate) fn cleared_by(changed: impl Fn() + 'static) -> Self {
        let selection = Self(RwSignal::new(BTreeSet::new()));
        Effect::new(move |_| {
            changed();
            selection.clear();
        });
        selection
    }

    /// The number of selected rows.
    pub(crate) fn count(self) -> usize {
        self.0.with(BTreeSet::len)
    }

    /// The ids, read untracked.
    pub(crate) fn ids(self) -> Vec<String> {
        self.0.with_untracked(|ids| ids.iter().cloned().collect())
    }

    fn clear(self) {
        self.0.maybe_update(|ids| {
            let had_some = !ids.is_empty();
            ids.clear();
            had_some
        });
    }

    /// Clears the selection and moves the focus to the table: the focused button disappears with the selection.
    pub(crate) fn leave(self) {
        self.clear();
        let table = document().query_selector(".table").ok().flatten();
        if let Some(table) = table.and_then(|table| table.dyn_into::<HtmlElement>().ok()) {
            // Best effort: without it the next Tab starts at the top.
            drop(table.focus());
        }
    }

    fn choose(self, id: &str, is_chosen: bool) {
        self.0.update(|ids| {
            if is_chosen {
                ids.insert(id.to_owned());
            } else {
                ids.remove(id);
            }
        });
    }

    fn has(self, id: &str) -> bool {
        self.0.with(|ids| ids.contains(id))
    }
}

/// The checkbox of one row.
#[component]
pub(crate) fn SelectOne(selection: Selection, id: String, label: String) -> impl IntoView {
    let (chosen, id) = (id.clone(), id);
    view! {
        <input
            type="checkbox"
            aria-label=label
            prop:checked=move || selection.has(&chosen)
            on:change=move |event| selection.choose(&id, event_target_checked(&event))
        />
    }
}

/// The checkbox of all visible rows.
#[component]
pub(crate) fn SelectAll(selection: Selection, ids: Vec<String>, label: &'static str) -> impl IntoView {
    let is_empty = ids.is_empty();
    let ids = StoredValue::new(ids);
    let chosen = Memo::new(move |_| ids.with_value(|ids| ids.iter().filter(|id| selection.has(id)).count()));
    let is_all = move || !is_empty && chosen.get() == ids.with_value(Vec::len);
    let is_part = move || chosen.get() > 0 && !is_all();
    view! {
        <input
            type="checkbox"
            aria-label=label
            disabled=is_empty
            prop:checked=is_all
            prop:indeterminate=is_part
            on:change=move |event| {
                let is_chosen = event_target_checked(&event);
                ids.with_value(|ids| ids.iter().for_each(|id| selection.choose(id, is_chosen)));
            }
        />
    }
}
