//! Reasons for a failed download of code.

use web_sys::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

use crate::api::Code;

#[wasm_bindgen]
extern "C" {
    /// Defined by the page's script (`ui/shell/boot.js`).
    #[wasm_bindgen(js_name = explainDownload, catch)]
    async fn explain_download() -> Result<JsValue, JsValue>;
}

/// `Outdated` if the server runs another release, else `Network`. An outdated page without user input is reloaded
/// once; otherwise the banner asks the user to reload.
pub(crate) async fn download_failure() -> Code {
    match explain_download().await {
        Ok(why) if why == "outdated" => Code::Outdated,
        Ok(_) | Err(_) => Code::Network,
    }
}
