//! The search and filters of users.

use hallpass_types::UserSearch;
use leptos::{ev::SubmitEvent, html::Input, prelude::*};

use crate::{
    texts,
    ui::{components::Icon, list_url::ListUrl, pages::administration::flag::FlagFilter},
};

texts! {
    Text {
        search_users: "Search users" | "사용자 검색",
        hint: "Username or email" | "사용자 이름 또는 이메일",
        search: "Search" | "검색",
        state: "Status" | "상태",
        every_state: "All statuses" | "모든 상태",
        active: "Active" | "활성",
        inactive: "Deactivated" | "비활성",
        role: "Role" | "역할",
        every_role: "All roles" | "모든 역할",
        staff: "Staff" | "스태프",
        not_staff: "Not staff" | "일반 사용자",
        new: "New user" | "새 사용자",
        cancel: "Cancel" | "취소",
    }
}

/// The search, the filters, and the button for a new user.
#[component]
pub(super) fn Toolbar(url: ListUrl<UserSearch>, is_creating: RwSignal<bool>) -> impl IntoView {
    let text = Text::get();
    view! {
        <div class="toolbar">
            <SearchForm url/>
            <FlagFilter
                url
                label=text.state
                any=text.every_state
                answers=[(true, text.active), (false, text.inactive)]
                flag=|search| &mut search.is_active
            />
            <FlagFilter
                url
                label=text.role
                any=text.every_role
                answers=[(true, text.staff), (false, text.not_staff)]
                flag=|search| &mut search.is_staff
            />
            <button
                type="button"
                class=move || if is_creating.get() { "" } else { "primary" }
                on:click=move |_| is_creating.update(|is_creating| *is_creating = !*is_creating)
            >
                {move || if is_creating.get() { text.cancel } else { text.new }}
            </button>
        </div>
    }
}

#[component]
fn SearchForm(url: ListUrl<UserSearch>) -> impl IntoView {
    let text = Text::get();
    let input = NodeRef::<Input>::new();
    let searched = url.part(|search| search.search.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        url.change(|search| typed.trim().clone_into(&mut search.search));
    };
    view! {
        <form role="search" class="with-button" on:submit=submit>
            <input
                type="search"
                name="search"
                node_ref=input
                aria-label=text.search_users
                placeholder=text.hint
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=searched
            />
            <button type="submit" class="quiet" aria-label=text.search>
                <Icon name="search"/>
            </button>
        </form>
    }
}
