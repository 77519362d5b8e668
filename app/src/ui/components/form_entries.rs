//! What the fields of a form hold.

use hallpass_types::Secret;
use web_sys::{Element, HtmlInputElement, wasm_bindgen::JsCast};

use crate::api::FieldError;

/// The attribute of a required field that holds what is said when it is empty.
const MISSING: &str = "data-missing";

/// The fields of a form, as the browser has them at the moment of asking.
pub(crate) struct FormEntries(Element);

impl FormEntries {
    /// Those of `form`.
    pub(super) const fn of(form: Element) -> Self {
        Self(form)
    }

    /// The text of a field, empty if there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.input(name).map(|input| input.value()).unwrap_or_default()
    }

    /// The text of a password field.
    pub(crate) fn secret(&self, name: &str) -> Secret {
        self.text(name).into()
    }

    /// Whether a box is ticked.
    pub(crate) fn is_checked(&self, name: &str) -> bool {
        self.input(name).is_some_and(|input| input.checked())
    }

    /// The required fields that are empty. The server takes white space for nothing, too.
    pub(super) fn missing(&self) -> Vec<FieldError> {
        let error = |input: HtmlInputElement| {
            let message = input.get_attribute(MISSING).filter(|_| input.value().trim().is_empty())?;
            Some(FieldError { field: input.name(), message })
        };
        self.inputs("[data-missing]").into_iter().filter_map(error).collect()
    }

    /// Turns passwords that are shown back into passwords, so that the browser does not keep one as a text that was typed.
    /// The view follows after the event, when others have read the form.
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
