//! The filters of tokens.

use hallpass_types::TokenSearch;
use leptos::prelude::*;

use crate::{
    texts,
    ui::{list_url::ListUrl, pages::administration::flag::FlagFilter},
};

texts! {
    Text {
        state: "Status" | "상태",
        every_state: "All statuses" | "모든 상태",
        outstanding: "Outstanding" | "유효",
        blacklisted: "Blacklisted" | "블랙리스트",
        lifetime: "Expiry" | "만료 여부",
        every_lifetime: "Any expiry" | "만료 여부 전체",
        expired: "Expired" | "만료됨",
        not_expired: "Not expired" | "만료되지 않음",
    }
}

/// The filters.
#[component]
pub(super) fn Toolbar(url: ListUrl<TokenSearch>) -> impl IntoView {
    let text = Text::get();
    view! {
        <div class="toolbar">
            <FlagFilter
                url
                label=text.state
                any=text.every_state
                answers=[(false, text.outstanding), (true, text.blacklisted)]
                flag=|search| &mut search.is_blacklisted
            />
            <FlagFilter
                url
                label=text.lifetime
                any=text.every_lifetime
                answers=[(false, text.not_expired), (true, text.expired)]
                flag=|search| &mut search.is_expired
            />
        </div>
    }
}
