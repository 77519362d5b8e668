//! Bulk actions, shown while rows are selected.

use leptos::prelude::*;

use super::{Icon, Selection, uncover::uncover_focus};
use crate::texts;

texts! {
    Text {
        selected(count): "{count} selected" | "{count}개 선택됨",
        clear: "Clear selection" | "선택 해제",
    }
}

/// The bar with a button for each action.
#[component]
pub(crate) fn Bulk<Actions: IntoView + 'static>(
    selection: Selection,
    children: TypedChildrenFn<Actions>,
) -> impl IntoView {
    let text = Text::get();
    let actions = children.into_inner();
    let count = Memo::new(move |_| selection.count());
    let is_shown = Memo::new(move |_| count.get() > 0);
    Effect::new(move |_| {
        if is_shown.get() {
            uncover_focus();
        }
    });
    let words = move || text.selected(&count.get());
    view! {
        <p class="visually-hidden" role="status">{move || is_shown.get().then(words)}</p>
        {move || {
            is_shown
                .get()
                .then(|| {
                    view! {
                        <div class="bulk">
                            <p>{words}</p>
                            {actions()}
                            <button
                                type="button"
                                class="icon-button"
                                aria-label=text.clear
                                on:click=move |_| selection.leave()
                            >
                                <Icon name="x"/>
                            </button>
                        </div>
                    }
                })
        }}
    }
}
