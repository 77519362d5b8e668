//! A filter with the values yes, no and any.

use leptos::prelude::*;

use crate::ui::{components::Select, list_url::ListUrl, query::Filters};

/// The select: `any` and the labels of the two values, in order.
#[component]
pub(super) fn FlagFilter<C: Filters>(
    url: ListUrl<C>,
    label: &'static str,
    any: &'static str,
    answers: [(bool, &'static str); 2],
    /// The value among the filters.
    flag: fn(&mut C) -> &mut Option<bool>,
) -> impl IntoView {
    let word = |answer: bool| if answer { "true" } else { "false" };
    let mut options = vec![("", any)];
    options.extend(answers.map(|(answer, words)| (word(answer), words)));
    let chosen = url.part(move |filters| flag(&mut filters.clone()).map(word).unwrap_or_default().to_owned());
    view! {
        <Select
            label
            options
            chosen
            on_choose=move |word| url.change(|filters| *flag(filters) = word.parse().ok())
        />
    }
}
