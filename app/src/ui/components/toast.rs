//! A short message that an action succeeded, announced to screen readers. Errors are shown beside the action and stay.

use hallpass_leptos::Delay;
use leptos::prelude::*;

use super::uncover::uncover_focus;

/// Duration of a message, seconds. The page shows the same information.
const SHOWN_SECONDS: u32 = 7;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    sentence: String,
    number: u32,
}

/// The current message.
#[derive(Clone, Copy)]
pub(crate) struct Toast(RwSignal<Option<Word>>);

impl Toast {
    /// Provides the toast for all components below.
    pub(crate) fn provide() -> Self {
        let toast = Self(RwSignal::new(None));
        provide_context(toast);
        toast
    }

    /// Shows a message in place of the current one.
    pub(crate) fn say(self, sentence: String) {
        let number = self.0.with_untracked(|word| word.as_ref().map_or(0, |word| word.number.wrapping_add(1)));
        self.0.set(Some(Word { sentence, number }));
        let go = move || {
            // A newer message has its own timer.
            self.0.maybe_update(|word| {
                let is_same = word.as_ref().is_some_and(|word| word.number == number);
                if is_same {
                    *word = None;
                }
                is_same
            });
        };
        Delay::seconds(SHOWN_SECONDS).then(go).forget();
    }
}

/// The live region.
#[component]
pub(crate) fn Toasts(toast: Toast) -> impl IntoView {
    Effect::new(move |_| {
        if toast.0.with(Option::is_some) {
            uncover_focus();
        }
    });
    let word =
        move || toast.0.get().map(|Word { sentence, .. }| view! { <p class="toast" data-tone="good">{sentence}</p> });
    view! { <div class="toasts" role="status">{word}</div> }
}
