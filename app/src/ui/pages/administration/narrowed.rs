//! That a list is of one user or session alone, because a link led here, and the way to all.

use leptos::prelude::*;

use crate::texts;

texts! {
    Text {
        all: "Show all" | "모두 보기",
    }
}

/// Word of it, while there is one.
#[component]
pub(super) fn Narrowed(words: Signal<Option<String>>, on_widen: impl Fn() + Copy + Send + 'static) -> impl IntoView {
    move || {
        words.get().map(|words| {
            view! {
                <div class="notice" data-tone="info">
                    <p class="actions">
                        <span>{words}</span>
                        <button type="button" on:click=move |_| on_widen()>{Text::get().all}</button>
                    </p>
                </div>
            }
        })
    }
}
