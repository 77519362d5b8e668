//! Whether the page is alive yet. A form that is sent before would navigate away with its contents;
//! what is typed before must not be lost.

use leptos::prelude::*;
use web_sys::{HtmlInputElement, wasm_bindgen::JsCast};

/// `false` on the server and in the first render.
#[derive(Clone, Copy)]
pub(crate) struct Hydrated(RwSignal<bool>);

impl Hydrated {
    /// For all components below.
    pub(crate) fn provide() -> Self {
        let hydrated = Self(RwSignal::new(false));
        provide_context(hydrated);
        hydrated
    }

    /// From now on it is.
    pub(crate) fn mark(self) {
        self.0.set(true);
    }

    /// Puts into `value` what was typed into the input of this id before the page came alive: binding
    /// the input to an empty value would erase it.
    pub(crate) fn keep_typed(self, id: &str, value: RwSignal<String>) {
        if cfg!(target_arch = "wasm32") && !self.0.get_untracked() {
            let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
            let typed = input.map(|input| input.value()).unwrap_or_default();
            Effect::new(move |_| {
                if !typed.is_empty() {
                    value.set(typed.clone());
                }
            });
        }
    }

    /// Whether it is.
    pub(crate) fn get(self) -> bool {
        self.0.get()
    }
}
