//! A progress line for work of more than a second, at the top of the window, with a text for screen readers. Does not
//! move the page.

use std::cell::Cell;

use hallpass_leptos::Delay;
use leptos::prelude::*;

use crate::texts;

texts! {
    Text {
        working: "Still working…" | "처리 중입니다…",
    }
}

/// Shorter work shows no line. `style/components/progress.css` uses the same delay before hydration.
const PATIENCE_SECONDS: u32 = 1;

thread_local! {
    static WAIT: Cell<Wait> = const { Cell::new(Wait { number: 0, is_running: false, things: 0 }) };
}

/// The work that the user waits for. Consecutive pieces of work count as one.
#[derive(Clone, Copy)]
struct Wait {
    number: u32,
    is_running: bool,
    things: u32,
}

/// Whether the line is shown.
#[derive(Clone, Copy)]
pub(crate) struct Progress(RwSignal<bool>);

/// Work in progress, until dropped.
pub(crate) struct UnderWay(Progress);

impl Progress {
    /// Provides the progress for all components below.
    pub(crate) fn provide() -> Self {
        let progress = Self(RwSignal::new(false));
        provide_context(progress);
        progress
    }

    /// Starts work that the user waits for. In the browser only.
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
        // Work that follows begins by the next frame.
        request_animation_frame(move || progress.end_of_wait());
    }
}

/// The line and its text.
#[component]
pub(crate) fn ProgressLine(progress: Progress) -> impl IntoView {
    let word = move || progress.0.get().then(|| view! { <span class="visually-hidden">{Text::get().working}</span> });
    view! { <div class="progress" role="status">{word}</div> }
}
