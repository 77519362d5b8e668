//! The table of users.

use hallpass_types::{Listing, UserOrdering, UserRecord, UserSearch};
use leptos::{either::Either, prelude::*};

use crate::{
    language::fill,
    texts,
    ui::{
        components::{SelectAll, SelectOne, Selection, SortHeader, date_time, iso_time},
        list_url::ListUrl,
        load::Load,
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
        select_one: "Select {name}" | "{name} 선택",
        select_all: "Select all on this page" | "이 페이지의 모두 선택",
        username: "Username" | "사용자 이름",
        email: "Email" | "이메일",
        state: "State" | "상태",
        role: "Role" | "역할",
        joined: "Joined" | "가입",
        last_login: "Last sign-in" | "마지막 로그인",
        none: "None" | "없음",
        never: "Never" | "없음",
    }
}

/// One row per user.
#[component]
pub(super) fn Table(
    listing: Listing<UserRecord>,
    list: Load<Listing<UserRecord>>,
    url: ListUrl<UserSearch>,
    selection: Selection,
) -> impl IntoView {
    let text = Text::get();
    let ids: Vec<_> = listing.items.iter().map(|user| user.id.clone()).collect();
    let head = view! {
        <th role="columnheader" scope="col">
            <SelectAll selection ids label=text.select_all/>
        </th>
        <Head label=text.username order=UserOrdering::Username url/>
        <Head label=text.email order=UserOrdering::Email url/>
        <th role="columnheader" scope="col">{text.state}</th>
        <th role="columnheader" scope="col">{text.role}</th>
        <Head label=text.joined order=UserOrdering::DateJoined url/>
        <Head label=text.last_login order=UserOrdering::LastLogin url/>
    };
    view! { <Rows label=text.users listing list head row=move |user| view! { <Row user selection/> }/> }
}

/// A sortable column: ascending first, descending on the second click.
#[component]
fn Head(label: &'static str, order: UserOrdering, url: ListUrl<UserSearch>) -> impl IntoView {
    let descending = url.part(move |search| (search.order == order).then_some(search.descending));
    let sort = move || {
        url.change(|search| {
            search.descending = search.order == order && !search.descending;
            search.order = order;
        });
    };
    view! { <SortHeader label descending on_sort=sort/> }
}

#[component]
fn Row(user: UserRecord, selection: Selection) -> impl IntoView {
    let text = Text::get();
    let UserRecord { id, username, email, is_active, is_staff, is_superuser, date_joined, last_login } = user;
    let label = fill(text.select_one, &[("name", &username)]);
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
                <time datetime=iso_time(date_joined)>{date_time(date_joined)}</time>
            </td>
            <td role="cell" data-label=text.last_login>
                {match last_login {
                    Some(at) => Either::Left(view! { <time datetime=iso_time(at)>{date_time(at)}</time> }),
                    None => Either::Right(text.never),
                }}
            </td>
        </tr>
    }
}
