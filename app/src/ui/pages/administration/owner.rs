//! The owner of a row: a user, a deleted user, or none.

use leptos::{either::EitherOf3, prelude::*};

use super::badges::user_page;
use crate::{language::fill, texts};

texts! {
    Text {
        gone: "User {id}, deleted" | "삭제된 {id}번 사용자",
    }
}

/// The username, linked to the user's page.
#[component]
pub(super) fn OwnerLink(id: Option<String>, username: Option<String>, nobody: &'static str) -> impl IntoView {
    match (id, username) {
        (Some(id), Some(name)) => EitherOf3::A(view! { <a href=user_page(&id)>{name}</a> }),
        (Some(id), None) => EitherOf3::B(fill(Text::get().gone, &[("id", &id)])),
        (None, _) => EitherOf3::C(nobody),
    }
}
