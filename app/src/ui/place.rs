//! Parts of the application that are downloaded when needed and rendered in the browser only: the server does not
//! know who is signed in, and parts that it does not render need no hydration. A page of this kind is a function of a
//! [`chunk`](crate::chunk) that fills a [`Place`].

use std::pin::Pin;

use leptos::{
    either::EitherOf3, html::Div, mount::mount_to, prelude::*, task::spawn_local, wasm_split::SplitLoaderError,
};
use send_wrapper::SendWrapper;
use web_sys::{HtmlElement, wasm_bindgen::JsCast};

use super::components::{Progress, Shape, Skeleton};
use crate::{
    api::Code,
    session::{download_failure, yield_to_browser},
    texts,
};

texts! {
    Text {
        failed: "This page could not be downloaded. Check your connection and try again."
            | "이 페이지를 내려받지 못했습니다. 연결을 확인하고 다시 시도하세요.",
        again: "Try again" | "다시 시도",
    }
}

/// The result of loading a page's chunk: a closure that renders the page, or an error if the download failed.
pub(crate) type Filled = Result<Box<dyn FnOnce()>, SplitLoaderError>;

/// Downloads the chunk if necessary.
pub(crate) type PageChunk = fn(Place) -> Pin<Box<dyn Future<Output = Filled>>>;

/// The position of a page in the document, valid until the user navigates away.
pub(crate) struct Place {
    element: HtmlElement,
    owner: Owner,
    is_wanted: StoredValue<()>,
}

impl Place {
    /// A closure that renders the page here, unless the user has navigated away.
    #[expect(clippy::unnecessary_wraps, reason = "a page of a chunk answers this, and fails only on its way")]
    pub(crate) fn fill<View: IntoView + 'static>(self, page: impl FnOnce() -> View + 'static) -> Filled {
        Ok(Box::new(move || {
            if self.is_wanted.try_get_value().is_some() {
                self.owner.with(|| {
                    let page = SendWrapper::new(mount_to(self.element, page));
                    on_cleanup(move || drop(page));
                });
            }
        }))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Filled,
    Failed,
}

/// Shows a page of a chunk while `key` is `Some`; rebuilds it for another key.
#[component]
pub(crate) fn Chunk(page: PageChunk, shape: Shape, key: Memo<Option<String>>) -> impl IntoView {
    let text = Text::get();
    let slot = NodeRef::<Div>::new();
    let stage = RwSignal::new(Stage::Waiting);
    let attempts = RwSignal::new(0_u32);
    let progress = expect_context::<Progress>();
    // This effect owns the page and drops it on the next run.
    Effect::new(move |_| {
        attempts.track();
        stage.set(Stage::Waiting);
        let (Some(_), Some(element), Some(owner)) = (key.get(), slot.get(), Owner::current()) else { return };
        let place = Place { element: element.unchecked_into(), owner, is_wanted: StoredValue::new(()) };
        let (filling, under_way) = (page(place), progress.begin());
        spawn_local(async move {
            if let Ok(fill) = filling.await {
                yield_to_browser().await;
                fill();
                stage.try_set(Stage::Filled);
                request_animation_frame(show_what_is_linked);
            } else {
                // An outdated page is reloaded, or the banner reports the failure.
                if download_failure().await != Code::Outdated {
                    stage.try_set(Stage::Failed);
                }
            }
            drop(under_way);
        });
    });
    view! {
        <div class="page" node_ref=slot></div>
        {move || match stage.get() {
            Stage::Waiting => EitherOf3::A(view! { <Skeleton shape/> }),
            Stage::Filled => EitherOf3::B(()),
            Stage::Failed => EitherOf3::C(view! {
                <div class="notice" role="alert">
                    <p>{text.failed}</p>
                    <button type="button" on:click=move |_| attempts.update(|attempts| *attempts += 1)>
                        {text.again}
                    </button>
                </div>
            }),
        }}
    }
}

/// Scrolls to the fragment's element, which did not exist when the browser looked for it.
fn show_what_is_linked() {
    let hash = location().hash().unwrap_or_default();
    if let Some(linked) = document().get_element_by_id(hash.trim_start_matches('#')) {
        linked.scroll_into_view();
    }
}
