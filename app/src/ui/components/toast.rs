//! Says at the edge of the page, for a while, that something succeeded. Screen readers hear it. What fails is said where it
//! was asked for, and stays.

use leptos::prelude::*;

use super::uncover::uncover_focus;
use crate::delay::Delay;

/// How long a word stays, seconds. It only repeats what the page shows as well.
const SHOWN_SECONDS: u32 = 7;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    sentence: String,
    number: u32,
}

/// The word that is shown now.
#[derive(Clone, Copy)]
pub(crate) struct Toast(RwSignal<Option<Word>>);

impl Toast {
    /// For all components below.
    pub(crate) fn provide() -> Self {
        let toast = Self(RwSignal::new(None));
        provide_context(toast);
        toast
    }

    /// Says it, in place of what is said now.
    pub(crate) fn say(self, sentence: String) {
        let number = self.0.with_untracked(|word| word.as_ref().map_or(0, |word| word.number.wrapping_add(1)));
        self.0.set(Some(Word { sentence, number }));
        let go = move || {
            // Another word has a time of its own.
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

/// Where words appear.
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
