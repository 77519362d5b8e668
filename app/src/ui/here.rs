//! The URL of the page that is shown.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::components::Hydrated;
use crate::local_url::LocalUrl;

/// The URL of the page, with its fragment once the page is alive: the server does not know it, and the first render equals the
/// server's.
pub(super) fn use_here() -> Memo<LocalUrl> {
    let (location, hydrated) = (use_location(), expect_context::<Hydrated>());
    Memo::new(move |_| {
        let fragment = if hydrated.get() { location.hash.get() } else { String::new() };
        let query = location.search.get();
        LocalUrl::of_page(&format!("{}?{query}{fragment}", location.pathname.get()))
    })
}
