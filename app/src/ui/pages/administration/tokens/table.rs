//! The table of tokens. The server stores only a token's `jti`.

use hallpass_types::{TokenRecord, TokenSearch, millis};
use leptos::{either::Either, prelude::*};

use super::reason::State;
use crate::{
    local_url::LocalUrl,
    session, texts,
    ui::{
        components::{SelectAll, SelectOne, Selection, Timestamp},
        list::List,
        pages::administration::{owner::OwnerLink, rows::Rows},
    },
};

texts! {
    Text {
        tokens: "Refresh tokens" | "리프레시 토큰",
        select: "Select" | "선택",
        select_one(jti): "Select token {jti}" | "{jti} 토큰 선택",
        select_all: "Select all outstanding tokens on this page" | "이 페이지의 유효한 토큰 모두 선택",
        done: "Blacklisted" | "블랙리스트",
        token: "Token (jti)" | "토큰(jti)",
        user: "User" | "사용자",
        session: "Session" | "세션",
        none: "None" | "없음",
        generation(number): "Generation {number}" | "{number}세대",
        issued: "Issued" | "발급",
        expires: "Expires" | "만료",
        state: "Status" | "상태",
    }
}

/// One row per token.
#[component]
pub(super) fn Table(list: List<TokenSearch, TokenRecord>, selection: Selection) -> impl IntoView {
    let text = Text::get();
    let head = move |tokens: &[TokenRecord]| {
        let ids = tokens.iter().filter_map(selectable).collect();
        view! {
            <th role="columnheader" scope="col">
                <SelectAll selection ids label=text.select_all/>
            </th>
            {[text.token, text.user, text.session, text.issued, text.expires, text.state]
                .map(|label| view! { <th role="columnheader" scope="col">{label}</th> })}
        }
    };
    view! { <Rows list icon="ticket" label=text.tokens head row=move |token| view! { <Row token selection/> }/> }
}

/// The id of a token that can still be blacklisted.
fn selectable(token: &TokenRecord) -> Option<String> {
    token.blacklisted_at.is_none().then(|| token.jti.clone())
}

#[component]
fn Row(token: TokenRecord, selection: Selection) -> impl IntoView {
    let text = Text::get();
    let select = selectable(&token);
    let select_label = select.is_some().then_some(text.select);
    let TokenRecord { jti, user, username, session, generation, created_at, expires_at, .. } = token;
    let generation = text.generation(&generation);
    let label = text.select_one(&jti);
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
                <OwnerLink id=user username nobody=text.none/>
            </td>
            <td role="cell" data-label=text.session>
                {match session {
                    Some(id) => {
                        let href = LocalUrl::of_page("/admin/tokens").with("session", &id).to_string();
                        Either::Left(view! { <a href=href><code>{id}</code></a> })
                    }
                    None => Either::Right(text.none),
                }}
            </td>
            <td role="cell" data-label=text.issued>
                <Timestamp at=created_at/>
            </td>
            <td role="cell" data-label=text.expires>
                <Timestamp at=expires_at/>
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
