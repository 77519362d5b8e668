//! The filters of a list, kept in the URL: a page that is reloaded, revisited or shared shows the same rows. Each
//! change is an entry of the session history.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::JsValue;

use super::{
    current_url::use_current_url,
    query::{Filters, filtered, read},
};

/// The filters in the URL of the current page.
#[derive(Clone)]
pub(super) struct ListUrl<C: Filters> {
    filters: Memo<C>,
    go: Callback<C>,
}

impl<C: Filters> Copy for ListUrl<C> {}

impl<C: Filters> ListUrl<C> {
    /// Creates the filters of the page that is being rendered.
    pub(super) fn current() -> Self {
        let (location, navigate) = (use_location(), use_navigate());
        let path = location.pathname.get_untracked();
        let own_path = path.clone();
        let filters = Memo::new(move |before: Option<&C>| match before {
            // Ignore the URL of the next page while this one is being removed.
            Some(before) if location.pathname.read() != own_path => before.clone(),
            _ => read(&location.search.read()),
        });
        let current = use_current_url();
        let go = Callback::new(move |filters: C| {
            let url = filtered(&path, filters);
            if url != current.get_untracked() {
                push_entry();
                let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                navigate(&url.to_string(), options);
            }
        });
        Self { filters, go }
    }

    /// The filters.
    pub(super) fn get(self) -> C {
        self.filters.get()
    }

    /// A part of the filters.
    pub(super) fn part<T: Send + Sync + 'static>(self, part: impl Fn(&C) -> T + Send + Sync + 'static) -> Signal<T> {
        Signal::derive(move || self.filters.with(&part))
    }

    /// Changes the filters and returns to the first page.
    pub(super) fn change(self, change: impl FnOnce(&mut C)) {
        let mut filters = self.filters.get_untracked();
        *filters.page_mut() = 1;
        change(&mut filters);
        self.go.run(filters);
    }

    /// Removes all filters.
    pub(super) fn clear(self) {
        self.go.run(read(""));
    }

    /// Changes the page.
    pub(super) fn turn(self) -> SignalSetter<u32> {
        SignalSetter::map(move |page| self.change(|filters| *filters.page_mut() = page))
    }
}

/// Pushes an entry of the session history, which the next navigation replaces, so that Back returns to this URL. The
/// router pushes none if it believes to be at the URL already, as after a step back and one forward.
fn push_entry() {
    if let Ok(history) = window().history() {
        // Browsers refuse after some hundred entries; Back then skips a list.
        drop(history.push_state(&JsValue::NULL, ""));
    }
}
