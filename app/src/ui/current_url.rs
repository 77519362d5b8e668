//! The URL of the current page.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::components::Hydrated;
use crate::local_url::LocalUrl;

/// The current URL. Without its fragment until hydration: the server does not know the fragment, and the first render
/// must match the server's.
pub(super) fn use_current_url() -> Memo<LocalUrl> {
    let (location, hydrated) = (use_location(), expect_context::<Hydrated>());
    Memo::new(move |_| {
        let fragment = if hydrated.get() { location.hash.get() } else { String::new() };
        let query = location.search.get();
        LocalUrl::of_page(&format!("{}?{query}{fragment}", location.pathname.get()))
    })
}
