//! The state of a form. Fields are uncontrolled: their values belong to the browser, its password manager and the
//! user, and are read on submission. Only [`FormState::clear`] writes to a field.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{HtmlElement, HtmlFormElement, wasm_bindgen::JsCast};

use super::{FormEntries, Progress};
use crate::api::{ApiError, Code};

/// The state of a form.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    /// The id of the form element.
    pub(super) id: &'static str,
    pub(super) is_sending: RwSignal<bool>,
    pub(super) error: RwSignal<Option<ApiError>>,
    /// The number of times the form was sent or cleared.
    rounds: RwSignal<u32>,
    progress: Progress,
}

impl FormState {
    /// A form that has not been sent. `id` is unique in the document.
    pub(crate) fn new(id: &'static str) -> Self {
        Self {
            id,
            is_sending: RwSignal::new(false),
            error: RwSignal::new(None),
            rounds: RwSignal::new(0),
            progress: expect_context::<Progress>(),
        }
    }

    /// The error of a field, until the next submission.
    pub(crate) fn field_error(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.error.with(|error| Some(error.as_ref()?.field(name)?.to_owned())))
    }

    /// The value of a field. Effects run again when the form is sent or cleared.
    pub(super) fn value(self, name: &str) -> String {
        self.rounds.track();
        self.entries().map(|entries| entries.text(name)).unwrap_or_default()
    }

    /// Resets every field to its initial value.
    pub(crate) fn clear(self) {
        if let Some(form) = document().get_element_by_id(self.id) {
            form.unchecked_into::<HtmlFormElement>().reset();
            self.rounds.try_update(|rounds| *rounds += 1);
        }
    }

    /// Submits the form: runs `work`, then `done` if it succeeds.
    pub(crate) fn send(
        self,
        work: impl Future<Output = Result<(), ApiError>> + 'static,
        done: impl FnOnce() + 'static,
    ) {
        self.is_sending.set(true);
        let under_way = self.progress.begin();
        spawn_local(async move {
            let outcome = work.await;
            drop(under_way);
            // The page may be gone.
            self.is_sending.try_set(false);
            match outcome {
                Ok(()) => done(),
                Err(error) => self.refuse(error),
            }
        });
    }

    /// Reads the fields. `None` while the form is being sent, or with empty required fields, which get an error.
    pub(super) fn read(self) -> Option<FormEntries> {
        if self.is_sending.get_untracked() {
            return None;
        }
        self.error.set(None);
        self.rounds.update(|rounds| *rounds += 1);
        let entries = self.entries()?;
        entries.hide_passwords();
        let missing = entries.missing();
        if missing.is_empty() {
            return Some(entries);
        }
        self.refuse(ApiError { fields: missing, ..ApiError::from(Code::Invalid) });
        None
    }

    fn entries(self) -> Option<FormEntries> {
        document().get_element_by_id(self.id).map(FormEntries::of)
    }

    fn refuse(self, error: ApiError) {
        self.error.try_set(Some(error));
        request_animation_frame(move || self.focus_first_wrong_field());
    }

    fn focus_first_wrong_field(self) {
        let form = document().get_element_by_id(self.id);
        let found = form.and_then(|form| form.query_selector("[aria-invalid=true]").ok().flatten());
        if let Some(field) = found.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            // If the field cannot be focused, its error is still read out.
            drop(field.focus());
        }
    }
}
