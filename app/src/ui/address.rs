//! What a list is asked for, kept in the address: a page that is reloaded, returned to or handed on shows
//! the same rows. Each change is an entry of the session history.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::JsValue;

use super::{
    here::use_here,
    query::{Parameters, Query, with_query},
};

/// The conditions of a list, which an address can carry.
pub(super) trait Conditions: Clone + PartialEq + Send + Sync + 'static {
    /// Those of a query. What is not understood is not asked for.
    fn read(parameters: &Query) -> Self;

    /// The query's parameters; nothing for what goes without saying.
    fn write(&self) -> Parameters;

    /// Which page is wanted.
    fn page_mut(&mut self) -> &mut u32;
}

/// The conditions that the address of this page has now.
#[derive(Clone)]
pub(super) struct Address<C: Conditions> {
    conditions: Memo<C>,
    go: Callback<C>,
}

impl<C: Conditions> Copy for Address<C> {}

impl<C: Conditions> Address<C> {
    /// Of the page that is made now.
    pub(super) fn here() -> Self {
        let (location, navigate) = (use_location(), use_navigate());
        let path = location.pathname.get_untracked();
        let own_path = path.clone();
        let conditions = Memo::new(move |before: Option<&C>| match before {
            // The address of the next page says nothing of this one, which is about to go.
            Some(before) if location.pathname.read() != own_path => before.clone(),
            _ => C::read(&Query::parse(&location.search.read())),
        });
        let here = use_here();
        let go = Callback::new(move |conditions: C| {
            let url = with_query(&path, &conditions.write());
            if url != here.get_untracked() {
                push_entry();
                let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                navigate(&url.to_string(), options);
            }
        });
        Self { conditions, go }
    }

    /// The conditions.
    pub(super) fn get(self) -> C {
        self.conditions.get()
    }

    /// A part of them.
    pub(super) fn part<T: Send + Sync + 'static>(self, part: impl Fn(&C) -> T + Send + Sync + 'static) -> Signal<T> {
        Signal::derive(move || self.conditions.with(&part))
    }

    /// Asks for something else, from its first page.
    pub(super) fn change(self, change: impl FnOnce(&mut C)) {
        let mut conditions = self.conditions.get_untracked();
        *conditions.page_mut() = 1;
        change(&mut conditions);
        self.go.run(conditions);
    }

    /// Turns to a page.
    pub(super) fn turn(self) -> SignalSetter<u32> {
        SignalSetter::map(move |page| self.change(|conditions| *conditions.page_mut() = page))
    }
}

/// Adds an entry to the session history, which the next navigation takes the place of, so that Back returns to this one. The
/// router adds none itself where it believes to be at the URL already, which it does after a step back and one forward.
fn push_entry() {
    if let Ok(history) = window().history() {
        // Browsers refuse it to pages that add hundreds, for which Back then skips a list.
        drop(history.push_state(&JsValue::NULL, ""));
    }
}
