//! The bottom of every page.

use leptos::prelude::*;

/// One line.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    view! {
        <footer class="bottom">
            <p>"Your pass is kept in this browser, renewed unnoticed, and taken back the moment you say so."</p>
        </footer>
    }
}
