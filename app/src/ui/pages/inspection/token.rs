//! A decoded token: its parts in colours, each claim explained, beside its previous value.

use leptos::{either::Either, prelude::*};
use serde_json::{Map, Value};

use super::{
    anatomy::{Anatomy, numeric_date, shown},
    claim::{explain, is_timestamp},
};
use crate::{texts, ui::components::date_time};

texts! {
    Text {
        header: "Header" | "헤더",
        payload: "Payload" | "페이로드",
        signature: "Signature" | "서명",
        token: "Encoded token" | "인코딩된 토큰",
        claim: "Claim" | "항목",
        value: "Value" | "값",
        meaning: "Description" | "설명",
    }
}

/// The parts and claims of a token. Marks those that differ from `before`.
#[component]
pub(super) fn TokenAnatomy(token: Anatomy, before: Option<Anatomy>) -> impl IntoView {
    let text = Text::get();
    let [header, payload, signature] = token.parts;
    let (old_header, old_claims) = before.map(|before| (before.header, before.claims)).unzip();
    view! {
        <pre class="token" tabindex="0" role="group" aria-label=text.token>
            <span class="part-header">{header}</span>"."
            <span class="part-payload">{payload}</span>"."
            <span class="part-signature">{signature}</span>
        </pre>
        <ol class="parts">
            <li class="part-header">{text.header}</li>
            <li class="part-payload">{text.payload}</li>
            <li class="part-signature">{text.signature}</li>
        </ol>
            <table role="table" class="claims">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{text.claim}</th>
                        <th role="columnheader" scope="col">{text.value}</th>
                        <th role="columnheader" scope="col">{text.meaning}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows(&token.header, old_header.as_ref())} {rows(&token.claims, old_claims.as_ref())}</tbody>
            </table>
    }
}

fn rows(values: &Map<String, Value>, before: Option<&Map<String, Value>>) -> Vec<impl IntoView + use<>> {
    values
        .iter()
        .map(|(name, value)| {
            let old = before.and_then(|before| before.get(name)).filter(|old| *old != value).map(shown);
            let timestamp = is_timestamp(name).then(|| numeric_date(value)).flatten().map(date_time);
            let meaning = match timestamp {
                Some(timestamp) => format!("{timestamp}. {}", explain(name)),
                None => explain(name).to_owned(),
            };
            let is_different = old.is_some();
            view! {
                <tr role="row" class:diff=is_different>
                    <th role="rowheader" scope="row">{name.clone()}</th>
                    <td role="cell">{changed(old, shown(value))}</td>
                    <td role="cell">{meaning}</td>
                </tr>
            }
        })
        .collect()
}

/// A value beside its previous one.
fn changed(old: Option<String>, new: String) -> impl IntoView {
    match old {
        Some(old) => Either::Left(view! {
            <del>{old}</del>
            " "
            <ins>{new}</ins>
        }),
        None => Either::Right(new),
    }
}
