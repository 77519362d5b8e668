//! Panic hook. A panic stops the page, so the user is informed, and the console has the reason.

use web_sys::{console, wasm_bindgen::JsValue, window};

/// Installs the hook.
pub fn say_when_it_happens() {
    std::panic::set_hook(Box::new(|panic| {
        console::error_1(&JsValue::from_str(&panic.to_string()));
        if let Some(root) = window().and_then(|window| window.document()?.document_element()) {
            // Shows the sentence that every page contains (`data-failed` in the stylesheet).
            drop(root.set_attribute("data-failed", "crashed"));
        }
    }));
}
