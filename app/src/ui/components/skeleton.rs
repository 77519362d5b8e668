//! A placeholder of the size of the content to come.

use leptos::prelude::*;

use crate::texts;

texts! {
    Text {
        loading: "Loading" | "불러오는 중",
    }
}

/// The kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Cards with facts and fields.
    Form,
    /// A list.
    Rows,
    /// A table.
    Table,
}

/// A skeleton.
#[component]
pub(crate) fn Skeleton(shape: Shape) -> impl IntoView {
    let shape = match shape {
        Shape::Form => "form",
        Shape::Rows => "rows",
        Shape::Table => "table",
    };
    view! {
        <div class="card skeleton" data-shape=shape role="status" aria-busy="true" aria-label=Text::get().loading>
            <span></span>
            <span></span>
            <span></span>
            <span></span>
            <span></span>
        </div>
    }
}
