//! Badges of an account: status and role.

use hallpass_types::UserRecord;
use leptos::prelude::*;

use crate::{local_url::LocalUrl, texts};

texts! {
    Text {
        active: "Active" | "활성",
        inactive: "Deactivated" | "비활성",
        user: "User" | "사용자",
        staff: "Staff" | "스태프",
        superuser: "Superuser" | "최고 관리자",
    }
}

/// Whether the account is active.
#[component]
pub(super) fn StateBadge(is_active: bool) -> impl IntoView {
    let text = Text::get();
    let (tone, word) = if is_active { ("good", text.active) } else { ("bad", text.inactive) };
    view! { <span class="badge" data-tone=tone>{word}</span> }
}

/// The user's role.
#[component]
pub(super) fn RoleBadge(is_staff: bool, is_superuser: bool) -> impl IntoView {
    let text = Text::get();
    let (tone, word) = match (is_superuser, is_staff) {
        (true, _) => (Some("warn"), text.superuser),
        (false, true) => (Some("info"), text.staff),
        (false, false) => (None, text.user),
    };
    view! { <span class="badge" data-tone=tone>{word}</span> }
}

/// The URL of a user's page.
pub(super) fn user_page(id: &str) -> String {
    LocalUrl::of_page(&format!("/admin/users/{id}")).to_string()
}

/// Replaces the users of a list by their new state.
pub(super) fn replace(shown: &mut [UserRecord], changed: Vec<UserRecord>) {
    for user in changed {
        if let Some(place) = shown.iter_mut().find(|shown| shown.id == user.id) {
            *place = user;
        }
    }
}
