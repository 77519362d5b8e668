//! What tokens are filtered by.

use leptos::prelude::*;

use crate::{
    texts,
    ui::{components::Select, pages::administration::address::Address},
    wire::TokenSearch,
};

texts! {
    Text {
        state: "State" | "상태",
        every_state: "Every state" | "모든 상태",
        outstanding: "Outstanding" | "유효",
        blacklisted: "Blacklisted" | "블랙리스트",
        lifetime: "Lifetime" | "수명",
        every_lifetime: "Expired or not" | "만료 여부 무관",
        expired: "Expired" | "만료됨",
        not_expired: "Not expired" | "만료되지 않음",
    }
}

/// The filters.
#[component]
pub(super) fn Toolbar(address: Address<TokenSearch>) -> impl IntoView {
    let text = Text::get();
    let states = vec![("", text.every_state), ("false", text.outstanding), ("true", text.blacklisted)];
    let lifetimes = vec![("", text.every_lifetime), ("false", text.not_expired), ("true", text.expired)];
    view! {
        <div class="toolbar">
            <Select
                label=text.state
                options=states
                chosen=address.part(|search| word(search.is_blacklisted))
                on_choose=move |word| address.change(|search| search.is_blacklisted = word.parse().ok())
            />
            <Select
                label=text.lifetime
                options=lifetimes
                chosen=address.part(|search| word(search.is_expired))
                on_choose=move |word| address.change(|search| search.is_expired = word.parse().ok())
            />
        </div>
    }
}

fn word(answer: Option<bool>) -> String {
    answer.map(|answer| answer.to_string()).unwrap_or_default()
}
