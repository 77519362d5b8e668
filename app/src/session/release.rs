//! Why a part of the application could not be downloaded.

use web_sys::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

use crate::api::Code;

#[wasm_bindgen]
extern "C" {
    /// Of the page's script (`ui/shell/boot.js`).
    #[wasm_bindgen(js_name = explainDownload, catch)]
    async fn explain_download() -> Result<JsValue, JsValue>;
}

/// `Outdated` when the server has another release by now, otherwise `Network`. A page on which nothing was typed is
/// reloaded, once, when it is outdated; on another the banner tells the person.
pub async fn why_missing() -> Code {
    match explain_download().await {
        Ok(why) if why == "outdated" => Code::Outdated,
        Ok(_) | Err(_) => Code::Network,
    }
}
