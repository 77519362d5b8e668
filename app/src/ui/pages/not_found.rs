//! Every path that is no page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api::status;

/// Says so, and where to go.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    status::set_not_found();
    view! {
        <section class="card">
            <h1>"There is no such page"</h1>
            <p>"The address may be mistyped, or the page has moved."</p>
            <p><A href="/">"Go to the start"</A></p>
        </section>
    }
}
