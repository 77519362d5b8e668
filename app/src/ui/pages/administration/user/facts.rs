//! Read-only data of a user.

use hallpass_types::UserRecord;
use leptos::prelude::*;

use crate::{
    texts,
    ui::{
        components::date_time,
        pages::administration::badges::{RoleBadge, StateBadge},
    },
};

texts! {
    Text {
        id: "User ID" | "사용자 ID",
        email: "Email" | "이메일",
        none: "None" | "없음",
        state: "Status" | "상태",
        role: "Role" | "역할",
        since: "Member since" | "가입일",
        last_login: "Last sign-in" | "마지막 로그인",
        never: "Never" | "없음",
    }
}

/// The data under the username.
#[component]
pub(super) fn Facts(record: UserRecord) -> impl IntoView {
    let text = Text::get();
    let UserRecord { id, username, email, is_active, is_staff, is_superuser, date_joined, last_login } = record;
    view! {
        <section class="card" aria-labelledby="user">
            <h2 id="user" data-testid="user">
                {username}
            </h2>
            <dl>
                <dt>{text.id}</dt>
                <dd>{id}</dd>
                <dt>{text.email}</dt>
                <dd>{if email.is_empty() { text.none.to_owned() } else { email }}</dd>
                <dt>{text.state}</dt>
                <dd>
                    <StateBadge is_active/>
                </dd>
                <dt>{text.role}</dt>
                <dd>
                    <RoleBadge is_staff is_superuser/>
                </dd>
                <dt>{text.since}</dt>
                <dd>{date_time(date_joined)}</dd>
                <dt>{text.last_login}</dt>
                <dd>{last_login.map_or_else(|| text.never.to_owned(), date_time)}</dd>
            </dl>
        </section>
    }
}
