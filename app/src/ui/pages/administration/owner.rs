//! The owner of a row: a user, a deleted user, or none.

use leptos::{either::EitherOf3, prelude::*};

use super::badges::user_page;
use crate::texts;

texts! {
    Text {
        gone(id): "Deleted user {id}" | "삭제된 사용자 {id}",
    }
}

/// The username, linked to the user's page.
#[component]
pub(super) fn OwnerLink(id: Option<String>, username: Option<String>, nobody: &'static str) -> impl IntoView {
    match (id, username) {
        (Some(id), Some(name)) => EitherOf3::A(view! { <a href=user_page(&id)>{name}</a> }),
        (Some(id), None) => EitherOf3::B(Text::get().gone(&id)),
        (None, _) => EitherOf3::C(nobody),
    }
}
