//! The application: its frame, the page of the address, and the one place where the token engine is
//! started.

use leptos::{either::EitherOf6, prelude::*};
use leptos_router::{components::Router, hooks::use_location};

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
    Effect::new(move |_| {
        path.track();
        document().set_title(&page.get().title());
        complete_navigation();
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
