//! The values of a form's fields.

use hallpass_types::Secret;
use web_sys::{Element, HtmlInputElement, wasm_bindgen::JsCast};

use crate::api::FieldError;

/// The attribute of a required field with the message for an empty value.
const MISSING: &str = "data-missing";

/// The values of the fields at the time of reading.
pub(crate) struct FormEntries(Element);

impl FormEntries {
    /// The values of `form`.
    pub(super) const fn of(form: Element) -> Self {
        Self(form)
    }

    /// The text of a field; empty if the field does not exist.
    pub(crate) fn text(&self, name: &str) -> String {
        self.input(name).map(|input| input.value()).unwrap_or_default()
    }

    /// The text of a password field.
    pub(crate) fn secret(&self, name: &str) -> Secret {
        self.text(name).into()
    }

    /// Whether a checkbox is checked.
    pub(crate) fn is_checked(&self, name: &str) -> bool {
        self.input(name).is_some_and(|input| input.checked())
    }

    /// The required fields that are blank. The server ignores white space, too.
    pub(super) fn missing(&self) -> Vec<FieldError> {
        let error = |input: HtmlInputElement| {
            let message = input.get_attribute(MISSING).filter(|_| input.value().trim().is_empty())?;
            Some(FieldError { field: input.name(), message })
        };
        self.inputs("[data-missing]").into_iter().filter_map(error).collect()
    }

    /// Hides visible passwords before submission, so that the browser does not remember them as text. The view
    /// follows after the event, when other listeners have read the form.
    pub(super) fn hide_passwords(&self) {
        for input in self.inputs("[autocomplete$=-password]") {
            input.set_type("password");
        }
    }

    fn input(&self, name: &str) -> Option<HtmlInputElement> {
        self.inputs(&["[name=", name, "]"].concat()).into_iter().next()
    }

    fn inputs(&self, selector: &str) -> Vec<HtmlInputElement> {
        let Ok(found) = self.0.query_selector_all(selector) else { return Vec::new() };
        (0..found.length()).filter_map(|place| found.item(place)?.dyn_into().ok()).collect()
    }
}
