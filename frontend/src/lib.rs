//! Hallpass in the browser: the entry that the page's script calls once the WebAssembly is there.

// The type of a page is as deep as its markup.
#![recursion_limit = "256"]

use app::ui::App;
use leptos::mount::hydrate_from;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::HtmlElement;

/// Brings the page to life as the server rendered it.
#[wasm_bindgen]
pub fn hydrate() {
    app::ui::panic::say_when_it_happens();
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    if let Some(app) = document.get_element_by_id("app").and_then(|app| app.dyn_into::<HtmlElement>().ok()) {
        hydrate_from(app, App).forget();
    }
    if let Some(root) = document.document_element() {
        // Tests and stylesheets wait for this. The name is a constant that no browser refuses.
        drop(root.set_attribute("data-hydrated", ""));
    }
}
