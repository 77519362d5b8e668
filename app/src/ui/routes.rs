//! The application: its frame, its routes, and the one place where the token engine is started.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use super::{
    components::{Banner, Footer, Header, Hydrated, ServerFacts},
    pages::{Account, Home, NotFound, Register, SignIn},
};
use crate::session::{self, Session};

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(ServerFacts::find());
    let session = Session::unknown();
    provide_context(session);
    let hydrated = Hydrated::provide();
    // Runs in the browser alone, after hydration: until then both renders are of `Unknown`.
    Effect::new(move |_| {
        hydrated.mark();
        session::start(session);
    });
    Effect::new(move |_| mark_document(session.state.get().word()));
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Hallpass".to_owned() } else { format!("{page} · Hallpass") }/>
        <Router>
            <a class="skip" href="#main">"Skip to the content"</a>
            <Header/>
            <Banner/>
            <main id="main" tabindex="-1">
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Home/>
                    <Route path=path!("/register") view=Register/>
                    <Route path=path!("/sign-in") view=SignIn/>
                    <Route path=path!("/account") view=Account/>
                </Routes>
            </main>
            <Footer/>
        </Router>
    }
}

/// Tells stylesheets and tests who is signed in: `<html data-session=…>`.
fn mark_document(word: &str) {
    if let Some(root) = document().document_element() {
        // The name is a constant that no browser refuses.
        drop(root.set_attribute("data-session", word));
    }
}
