//! The WebAssembly entry point, called by the page's script.

// The type of a page nests as deeply as its markup.
#![recursion_limit = "256"]

use app::ui::App;
use leptos::mount::hydrate_from;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::HtmlElement;

/// Hydrates the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    app::ui::panic::say_when_it_happens();
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    if let Some(app) = document.get_element_by_id("app").and_then(|app| app.dyn_into::<HtmlElement>().ok()) {
        hydrate_from(app, App).forget();
    }
    if let Some(root) = document.document_element() {
        // Tests and stylesheets wait for this attribute. The name is a constant that browsers accept.
        drop(root.set_attribute("data-hydrated", ""));
    }
}
