//! The table of users.

use hallpass_types::{UserOrdering, UserRecord, UserSearch};
use leptos::{either::Either, prelude::*};

use crate::{
    texts,
    ui::{
        components::{SelectAll, SelectOne, Selection, Timestamp},
        list::List,
        list_url::ListUrl,
        pages::administration::{
            badges::{RoleBadge, StateBadge, user_page},
            rows::Rows,
        },
    },
};

texts! {
    Text {
        users: "Users" | "사용자",
        select: "Select" | "선택",
        select_one(name): "Select {name}" | "{name} 선택",
        select_all: "Select all users on this page" | "이 페이지의 사용자 모두 선택",
        username: "Username" | "사용자 이름",
        email: "Email" | "이메일",
        state: "Status" | "상태",
        role: "Role" | "역할",
        joined: "Joined" | "가입",
        last_login: "Last sign-in" | "마지막 로그인",
        none: "None" | "없음",
        never: "Never" | "없음",
    }
}

/// One row per user.
#[component]
pub(super) fn Table(list: List<UserSearch, UserRecord>, selection: Selection) -> impl IntoView {
    let (text, url) = (Text::get(), list.url);
    let head = move |users: &[UserRecord]| {
        let ids = users.iter().map(|user| user.id.clone()).collect();
        view! {
            <th role="columnheader" scope="col">
                <SelectAll selection ids label=text.select_all/>
            </th>
            <Head label=text.username order=UserOrdering::Username url/>
            <Head label=text.email order=UserOrdering::Email url/>
            <th role="columnheader" scope="col">{text.state}</th>
            <th role="columnheader" scope="col">{text.role}</th>
            <Head label=text.joined order=UserOrdering::DateJoined url/>
            <Head label=text.last_login order=UserOrdering::LastLogin url/>
        }
    };
    view! { <Rows list icon="users" label=text.users head row=move |user| view! { <Row user selection/> }/> }
}

/// A sortable column: ascending first, descending on the second click.
#[component]
fn Head(label: &'static str, order: UserOrdering, url: ListUrl<UserSearch>) -> impl IntoView {
    let direction = url.part(move |search| match search.descending {
        _ if search.order != order => "none",
        true => "descending",
        false => "ascending",
    });
    let sort = move |_| {
        url.change(|search| {
            search.descending = search.order == order && !search.descending;
            search.order = order;
        });
    };
    view! {
        <th role="columnheader" scope="col" aria-sort=direction>
            <button type="button" class="sort" on:click=sort>{label}</button>
        </th>
    }
}

#[component]
fn Row(user: UserRecord, selection: Selection) -> impl IntoView {
    let text = Text::get();
    let UserRecord { id, username, email, is_active, is_staff, is_superuser, date_joined, last_login } = user;
    let label = text.select_one(&username);
    let href = user_page(&id);
    view! {
        <tr role="row">
            <td role="cell" data-label=text.select>
                <SelectOne selection id label/>
            </td>
            <th role="rowheader" scope="row" data-label=text.username>
                <a href=href>{username}</a>
            </th>
            <td role="cell" data-label=text.email>{if email.is_empty() { text.none.to_owned() } else { email }}</td>
            <td role="cell" data-label=text.state>
                <StateBadge is_active/>
            </td>
            <td role="cell" data-label=text.role>
                <RoleBadge is_staff is_superuser/>
            </td>
            <td role="cell" data-label=text.joined>
                <Timestamp at=date_joined/>
            </td>
            <td role="cell" data-label=text.last_login>
                {match last_login {
                    Some(at) => Either::Left(view! { <Timestamp at/> }),
                    None => Either::Right(text.never),
                }}
            </td>
        </tr>
    }
}
