//! Hallpass in the browser: the entry that the page's script calls once the WebAssembly is there.

// The type of a page is as deep as its markup.
#![recursion_limit = "256"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page to life.
#[wasm_bindgen]
pub fn hydrate() {
    app::ui::panic::say_when_it_happens();
    leptos::mount::hydrate_body(app::ui::App);
    if let Some(root) = web_sys::window().and_then(|window| window.document()?.document_element()) {
        // Tests and stylesheets wait for this. The name is a constant that no browser refuses.
        drop(root.set_attribute("data-hydrated", ""));
    }
}
