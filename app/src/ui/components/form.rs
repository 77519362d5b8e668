//! A form that is sent by script: waits for hydration, shows its progress, and shows errors beside the fields.

use leptos::{ev::SubmitEvent, prelude::*};

use super::{FormEntries, FormState, Hydrated};
use crate::session;

/// A form with its summary and its button. `on_submit` receives the values of the fields.
#[component]
pub(crate) fn Form<Fields: IntoView + 'static>(
    state: FormState,
    button: &'static str,
    on_submit: impl Fn(FormEntries) + 'static,
    children: TypedChildren<Fields>,
) -> impl IntoView {
    let hydrated = expect_context::<Hydrated>();
    let summary = move || state.error.with(|error| error.as_ref().map(|error| error.message.clone()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(entries) = state.read() {
            on_submit(entries);
        }
    };
    // A disabled button would lose the focus.
    view! {
        <form method="post" novalidate=true id=state.id on:focusin=|_| session::prepare() on:submit=submit>
            <div class="summary" role="alert">{summary}</div>
            {children.into_inner()()}
            <button
                type="submit"
                class="primary"
                disabled=move || !hydrated.get()
                aria-disabled=move || state.is_sending.get().to_string()
                aria-busy=move || state.is_sending.get().to_string()
            >
                {button}
            </button>
        </form>
    }
}
