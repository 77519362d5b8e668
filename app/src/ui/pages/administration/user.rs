//! `/admin/users/{id}`: one user, with all actions.

mod activation;
mod edit;
mod facts;
mod password;
mod sessions;

use activation::Activation;
use edit::EditForm;
use facts::Facts;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use password::PasswordForm;
use sessions::Sessions;

use crate::{
    api::admin,
    local_url::LocalUrl,
    texts,
    ui::{
        action::Actions,
        components::{Confirm, ConfirmDialog, Icon, Shape},
        load::Load,
    },
};

texts! {
    Text {
        back: "All users" | "모든 사용자",
        tokens: "Tokens" | "토큰",
        events: "Events" | "기록",
    }
}

/// The user of the current URL.
#[component]
pub(super) fn User() -> impl IntoView {
    let text = Text::get();
    let path = use_location().pathname.get_untracked();
    let id = StoredValue::new(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned());
    let user = Load::new(move || admin::load_user(id.get_value()));
    let sessions = Load::new(move || admin::sessions_of(id.get_value()));
    let is_there = user.is_there();
    let (confirm, actions) = (Confirm::new(), Actions::new());
    let link = move |page: &str| LocalUrl::of_page(page).with("user", &id.get_value()).to_string();
    view! {
        <p class="actions">
            <a class="button" href="/admin/users">
                {text.back}
            </a>
            {move || {
                is_there
                    .get()
                    .then(|| {
                        view! {
                            <a class="button" href=link("/admin/tokens")>
                                <Icon name="ticket"/>
                                {text.tokens}
                            </a>
                            <a class="button" href=link("/admin/events")>
                                <Icon name="shield"/>
                                {text.events}
                            </a>
                        }
                    })
            }}
        </p>
        {user
            .view_once(
                Shape::Form,
                move |record| {
                    view! {
                        {move || view! { <Facts record=record.get()/> }}
                        <EditForm record=record.get_untracked() user/>
                        {move || view! { <Activation record=record.get() user sessions confirm actions/> }}
                    }
                },
            )}
        {move || {
            is_there
                .get()
                .then(|| {
                    view! {
                        <PasswordForm id=id.get_value() user sessions/>
                        <Sessions id=id.get_value() sessions confirm/>
                    }
                })
        }}
        <ConfirmDialog confirm/>
    }
}
