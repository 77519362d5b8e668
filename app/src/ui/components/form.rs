//! A form that is sent by script: it waits for the page to be alive, shows that it is sending, says
//! what was wrong beside each field and takes the person there.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use web_sys::{HtmlElement, wasm_bindgen::JsCast};

use super::{Hydrated, Progress};
use crate::{session, wire::ApiError};

/// Where a form stands.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    is_sending: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    progress: Progress,
}

impl FormState {
    /// Nothing was sent yet.
    pub(crate) fn new() -> Self {
        Self { is_sending: RwSignal::new(false), error: RwSignal::new(None), progress: expect_context::<Progress>() }
    }

    /// What the server said of the field, until the next sending.
    pub(crate) fn field_error(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.error.with(|error| Some(error.as_ref()?.field(name)?.to_owned())))
    }

    /// Sends: runs `work`, then `done` if it went well. While it runs, nothing is sent twice.
    pub(crate) fn send(
        self,
        work: impl Future<Output = Result<(), ApiError>> + 'static,
        done: impl FnOnce() + 'static,
    ) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        self.error.set(None);
        let under_way = self.progress.begin();
        spawn_local(async move {
            let outcome = work.await;
            drop(under_way);
            // The page may have gone meanwhile.
            self.is_sending.try_set(false);
            match outcome {
                Ok(()) => done(),
                Err(error) => {
                    self.error.try_set(Some(error));
                    request_animation_frame(focus_first_wrong_field);
                }
            }
        });
    }
}

/// A form with its summary and its button. `on_submit` is called instead of the browser's sending.
#[component]
pub(crate) fn Form<Fields: IntoView + 'static>(
    state: FormState,
    button: &'static str,
    on_submit: impl Fn() + 'static,
    children: TypedChildren<Fields>,
) -> impl IntoView {
    let hydrated = expect_context::<Hydrated>();
    let summary = move || state.error.with(|error| error.as_ref().map(|error| error.message.clone()));
    view! {
        <form
            method="post"
            novalidate=true
            on:focusin=|_| session::prepare()
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                on_submit();
            }
        >
            <div class="summary" role="alert">{summary}</div>
            {children.into_inner()()}
            <button
                type="submit"
                class="primary"
                disabled=move || !hydrated.get() || state.is_sending.get()
                aria-busy=move || state.is_sending.get().to_string()
            >
                {button}
            </button>
        </form>
    }
}

fn focus_first_wrong_field() {
    let found = document().query_selector("form [aria-invalid=true]").ok().flatten();
    if let Some(field) = found.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        // A field that cannot be focused is read out by its error all the same.
        drop(field.focus());
    }
}
