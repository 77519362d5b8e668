//! The table of tokens. The server stores only a token's `jti`.

use hallpass_types::{Listing, TokenRecord, millis};
use leptos::{either::Either, prelude::*};

use super::reason::{State, is_outstanding};
use crate::{
    language::fill,
    local_url::LocalUrl,
    session, texts,
    ui::{
        components::{SelectAll, SelectOne, Selection, date_time, iso_time},
        load::Load,
        pages::administration::{owner::OwnerLink, rows::Rows},
    },
};

texts! {
    Text {
        tokens: "Refresh tokens" | "리프레시 토큰",
        select: "Select" | "선택",
        select_one: "Select the token {jti}" | "{jti} 토큰 선택",
        select_all: "Select all outstanding on this page" | "이 페이지의 유효한 토큰 모두 선택",
        done: "Blacklisted" | "블랙리스트",
        token: "Token (jti)" | "토큰(jti)",
        user: "User" | "사용자",
        nobody: "None" | "없음",
        session: "Session" | "세션",
        no_session: "None" | "없음",
        generation: "Generation {number}" | "{number}세대",
        issued: "Issued" | "발급",
        expires: "Expires" | "만료",
        state: "State" | "상태",
    }
}

/// One row per token.
#[component]
pub(super) fn Table(
    listing: Listing<TokenRecord>,
    list: Load<Listing<TokenRecord>>,
    selection: Selection,
) -> impl IntoView {
    let text = Text::get();
    let ids = listing.items.iter().filter(|token| is_outstanding(token)).map(|token| token.jti.clone()).collect();
    let head = view! {
        <th role="columnheader" scope="col">
            <SelectAll selection ids label=text.select_all/>
        </th>
        <th role="columnheader" scope="col">{text.token}</th>
        <th role="columnheader" scope="col">{text.user}</th>
        <th role="columnheader" scope="col">{text.session}</th>
        <th role="columnheader" scope="col">{text.issued}</th>
        <th role="columnheader" scope="col">{text.expires}</th>
        <th role="columnheader" scope="col">{text.state}</th>
    };
    view! { <Rows label=text.tokens listing list head row=move |token| view! { <Row token selection/> }/> }
}

#[component]
fn Row(token: TokenRecord, selection: Selection) -> impl IntoView {
    let text = Text::get();
    let select = is_outstanding(&token).then(|| token.jti.clone());
    let select_label = select.is_some().then_some(text.select);
    let TokenRecord { jti, user, username, session, generation, created_at, expires_at, .. } = token;
    let generation = fill(text.generation, &[("number", &generation.to_string())]);
    let label = fill(text.select_one, &[("jti", &jti)]);
    view! {
        <tr role="row">
            <td role="cell" data-label=select_label>
                {match select {
                    Some(id) => Either::Left(view! { <SelectOne selection id label/> }),
                    None => Either::Right(view! { <span class="visually-hidden">{text.done}</span> }),
                }}
            </td>
            <th role="rowheader" scope="row" data-label=text.token>
                <div>
                    <code>{jti}</code>
                    <p class="meta">{generation}</p>
                </div>
            </th>
            <td role="cell" data-label=text.user>
                <OwnerLink id=user username nobody=text.nobody/>
            </td>
            <td role="cell" data-label=text.session>
                {match session {
                    Some(id) => {
                        let href = LocalUrl::of_page("/admin/tokens").with("session", &id).to_string();
                        Either::Left(view! { <a href=href><code>{id}</code></a> })
                    }
                    None => Either::Right(text.no_session),
                }}
            </td>
            <td role="cell" data-label=text.issued>
                <time datetime=iso_time(created_at)>{date_time(created_at)}</time>
            </td>
            <td role="cell" data-label=text.expires>
                <time datetime=iso_time(expires_at)>{date_time(expires_at)}</time>
            </td>
            <td role="cell" data-label=text.state>
                <State
                    is_expired=millis(expires_at) <= session::now()
                    blacklisted_at=token.blacklisted_at
                    reason=token.blacklisted_why
                />
            </td>
        </tr>
    }
}
