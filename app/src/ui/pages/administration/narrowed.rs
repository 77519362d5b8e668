//! A notice that a list shows one user or session only, with a link to all rows.

use leptos::prelude::*;

use crate::texts;

texts! {
    Text {
        all: "Show all" | "모두 보기",
    }
}

/// The notice, while the filter is set.
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
