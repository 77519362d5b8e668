//! A filter by yes or no, or by neither.

use leptos::prelude::*;

use crate::ui::{
    address::{Address, Conditions},
    components::Select,
};

/// The choice: `any` and the words for the two answers, in the order in which they are offered.
#[component]
pub(super) fn FlagFilter<C: Conditions>(
    address: Address<C>,
    label: &'static str,
    any: &'static str,
    answers: [(bool, &'static str); 2],
    /// Where the answer stands among the conditions.
    flag: fn(&mut C) -> &mut Option<bool>,
) -> impl IntoView {
    let word = |answer: bool| if answer { "true" } else { "false" };
    let mut options = vec![("", any)];
    options.extend(answers.map(|(answer, words)| (word(answer), words)));
    let chosen = address.part(move |conditions| flag(&mut conditions.clone()).map(word).unwrap_or_default().to_owned());
    view! {
        <Select
            label
            options
            chosen
            on_choose=move |word| address.change(|conditions| *flag(conditions) = word.parse().ok())
        />
    }
}
