//! The application: its frame, the page of the address, and the one place where the token engine is
//! started.

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
    // Runs in the browser alone, after hydration: until then both renders are of `Unknown`.
    Effect::new(move |_| {
        hydrated.mark();
        session::start(session);
    });
    Effect::new(move |_| mark_document("data-session", Some(session.state.get().word())));
    Effect::new(move |_| mark_document("data-staff", session.is_staff.get().then_some("")));
    // What finds out who is here may have to be downloaded first.
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

/// The page of the address. The router's own `Routes` erases the types of pages, and with them brings
/// each one's code for hydrating it piece by piece, which nothing here uses: a third of a page's size.
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

/// Tells the router that the page is there: it writes the address then, and scrolls.
#[cfg(not(feature = "ssr"))]
fn complete_navigation() {
    use leptos_router::location::{BrowserUrl, LocationProvider};
    if let Some(location) = use_context::<BrowserUrl>() {
        location.ready_to_complete();
    }
}

#[cfg(feature = "ssr")]
fn complete_navigation() {}

/// Moves the focus to the heading of a page that has taken the place of another one: screen readers read it, as they do when
/// the browser loads a page, and the next Tab goes on from there.
fn announce_page() {
    let heading = document().query_selector("main h1").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        // Where the page is scrolled to is the router's business.
        options.set_prevent_scroll(true);
        heading.set_tab_index(-1);
        // A heading that takes no focus is found all the same.
        drop(heading.focus_with_options(&options));
    }
}

/// Tells stylesheets and tests who is signed in: `<html data-session=… data-staff>`.
fn mark_document(name: &str, word: Option<&str>) {
    if let Some(root) = document().document_element() {
        // The names are constants that no browser refuses.
        drop(match word {
            Some(word) => root.set_attribute(name, word),
            None => root.remove_attribute(name),
        });
    }
}
