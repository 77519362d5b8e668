//! That something is under way which takes longer than a second: a line at the top of the window, which
//! moves nothing on the page, and a word for screen readers.

use std::cell::Cell;

use leptos::prelude::*;

use crate::{delay::Delay, texts};

texts! {
    Text {
        working: "Still working…" | "아직 처리하고 있습니다…",
    }
}

/// What takes no longer needs no word; `style/components/progress.css` waits as long before the page is alive.
const PATIENCE_SECONDS: u32 = 1;

thread_local! {
    static WAIT: Cell<Wait> = const { Cell::new(Wait { number: 0, is_running: false, things: 0 }) };
}

/// What the person waits for. Things that follow upon each other are one wait.
#[derive(Clone, Copy)]
struct Wait {
    number: u32,
    is_running: bool,
    things: u32,
}

/// Whether the wait is a long one.
#[derive(Clone, Copy)]
pub(crate) struct Progress(RwSignal<bool>);

/// Something is under way until this is dropped.
pub(crate) struct UnderWay(Progress);

impl Progress {
    /// For all components below.
    pub(crate) fn provide() -> Self {
        let progress = Self(RwSignal::new(false));
        provide_context(progress);
        progress
    }

    /// Something begins that the person waits for. In the browser alone.
    pub(crate) fn begin(self) -> UnderWay {
        let Wait { number, is_running, things } = WAIT.get();
        WAIT.set(Wait { number, is_running: true, things: things + 1 });
        if !is_running {
            let be_long = move || {
                if WAIT.get().number == number {
                    self.0.set(true);
                }
            };
            Delay::seconds(PATIENCE_SECONDS).then(be_long).forget();
        }
        UnderWay(self)
    }

    fn end_of_wait(self) {
        let Wait { number, is_running, things } = WAIT.get();
        if is_running && things == 0 {
            WAIT.set(Wait { number: number.wrapping_add(1), is_running: false, things });
            self.0.set(false);
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Self(progress) = *self;
        let wait = WAIT.get();
        WAIT.set(Wait { things: wait.things - 1, ..wait });
        // What follows upon it has begun by the next frame.
        request_animation_frame(move || progress.end_of_wait());
    }
}

/// The line, and the word.
#[component]
pub(crate) fn ProgressLine(progress: Progress) -> impl IntoView {
    let word = move || progress.0.get().then(|| view! { <span class="visually-hidden">{Text::get().working}</span> });
    view! { <div class="progress" role="status">{word}</div> }
}
