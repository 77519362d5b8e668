//! Whether the page is hydrated. Earlier, submitting a form would navigate away with its values.

use leptos::prelude::*;

/// `false` on the server and in the first render.
#[derive(Clone, Copy)]
pub(crate) struct Hydrated(RwSignal<bool>);

impl Hydrated {
    /// Provides the signal for all components below.
    pub(crate) fn provide() -> Self {
        let hydrated = Self(RwSignal::new(false));
        provide_context(hydrated);
        hydrated
    }

    /// Marks the page as hydrated.
    pub(crate) fn mark(self) {
        self.0.set(true);
    }

    /// Whether the page is hydrated.
    pub(crate) fn get(self) -> bool {
        self.0.get()
    }
}
