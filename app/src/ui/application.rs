//! The application: frame, page of the current URL, and the start of the token engine.

use leptos::{either::EitherOf6, prelude::*};
use leptos_router::{components::Router, hooks::use_location};
use web_sys::{FocusOptions, HtmlElement, wasm_bindgen::JsCast};

#[cfg(debug_assertions)]
use super::pages::Styleguide;
use super::{
    components::{Banner, Footer, Header, Hydrated, Progress, ProgressLine, ServerFacts, Toast, Toasts, UnderWay},
    last_session::LastSession,
    pages::{Home, NotFound, Protected, Register, SignIn},
    routes::Page,
};
use crate::{
    session::{self, Session, SessionState},
    texts,
};

texts! {
    Text {
        skip: "Skip to the content" | "본문으로 건너뛰기",
    }
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_context(ServerFacts::find());
    let session = Session::unknown();
    provide_context(session);
    LastSession::provide(session);
    let hydrated = Hydrated::provide();
    let toast = Toast::provide();
    let progress = Progress::provide();
    // Effects run in the browser only, after hydration: both renders show `Unknown`.
    Effect::new(move |_| {
        hydrated.mark();
        session::start(session);
    });
    Effect::new(move |_| mark_document("data-session", Some(session.state.get().word())));
    Effect::new(move |_| mark_document("data-staff", session.is_staff.get().then_some("")));
    // The engine may have to be downloaded first.
    Effect::new(move |_: Option<Option<UnderWay>>| {
        (session.state.get() == SessionState::Unknown).then(|| progress.begin())
    });
    view! {
        <Router>
            <a class="skip" href="#main" rel="external">{Text::get().skip}</a>
            <Header/>
            <Banner/>
            <ProgressLine progress/>
            <main id="main" tabindex="-1">
                <CurrentPage/>
            </main>
            <Footer/>
            <Toasts toast/>
        </Router>
    }
}

/// The page of the current URL. The router's own `Routes` erases the types of pages, which adds each page's code for
/// hydrating them, a third of its size; nothing here uses it.
#[component]
fn CurrentPage() -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| Page::of(&path.read()));
    Effect::new(move |earlier: Option<()>| {
        path.track();
        document().set_title(&page.get().title());
        complete_navigation();
        if earlier.is_some() {
            request_animation_frame(announce_page);
        }
    });
    move || match page.get() {
        Page::Home => EitherOf6::A(view! { <Home/> }),
        Page::Register => EitherOf6::B(view! { <Register/> }),
        Page::SignIn => EitherOf6::C(view! { <SignIn/> }),
        Page::Protected(page) => EitherOf6::D(view! { <Protected page/> }),
        Page::NotFound => EitherOf6::E(view! { <NotFound/> }),
        #[cfg(debug_assertions)]
        Page::Styleguide => EitherOf6::F(view! { <Styleguide/> }),
        #[cfg(not(debug_assertions))]
        Page::Styleguide => EitherOf6::F(()),
    }
}

/// Notifies the router that the page is rendered. It then updates the URL and scrolls.
#[cfg(not(feature = "ssr"))]
fn complete_navigation() {
    use leptos_router::location::{BrowserUrl, LocationProvider};
    if let Some(location) = use_context::<BrowserUrl>() {
        location.ready_to_complete();
    }
}

#[cfg(feature = "ssr")]
fn complete_navigation() {}

/// Moves the focus to the heading of a page that replaced another, as after a page load: screen readers read it, and
/// the next Tab continues from there.
fn announce_page() {
    let heading = document().query_selector("main h1").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        // The router scrolls.
        options.set_prevent_scroll(true);
        heading.set_tab_index(-1);
        // Without the focus, the heading is still found.
        drop(heading.focus_with_options(&options));
    }
}

/// Exposes the session state to stylesheets and tests: `<html data-session=… data-staff>`.
fn mark_document(name: &str, word: Option<&str>) {
    if let Some(root) = document().document_element() {
        // The attribute names are constants that browsers accept.
        drop(match word {
            Some(word) => root.set_attribute(name, word),
            None => root.remove_attribute(name),
        });
    }
}
