//! Whether the page is alive yet. A form that is sent before would navigate away with its contents.

use leptos::prelude::*;

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

    /// Whether it is.
    pub(crate) fn get(self) -> bool {
        self.0.get()
    }
}
