//! A confirmation in a native dialog, which traps the focus and closes on Escape.

use leptos::{html::Dialog, prelude::*};

use crate::texts;

texts! {
    Text {
        keep: "Cancel" | "취소",
    }
}

/// The value of the button that confirms.
const YES: &str = "yes";

/// The texts of a confirmation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// The consequences.
    pub(crate) consequence: String,
    /// The label of the button that confirms.
    pub(crate) button: &'static str,
}

type Action = Box<dyn FnOnce()>;

/// The dialog of a page and its current question.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    question: RwSignal<Question>,
    action: StoredValue<Option<Action>, LocalStorage>,
    dialog: NodeRef<Dialog>,
}

impl Confirm {
    /// A closed dialog.
    pub(crate) fn new() -> Self {
        Self {
            question: RwSignal::new(Question::default()),
            action: StoredValue::new_local(None),
            dialog: NodeRef::new(),
        }
    }

    /// Asks, and runs the action if the user confirms.
    pub(crate) fn ask(self, question: Question, action: impl FnOnce() + 'static) {
        let Some(dialog) = self.dialog.get_untracked() else { return };
        self.question.set(question);
        self.action.set_value(Some(Box::new(action)));
        dialog.set_return_value("");
        // Fails only while the dialog is open, with another question.
        drop(dialog.show_modal());
    }

    fn answer(self) {
        let is_yes = self.dialog.get_untracked().is_some_and(|dialog| dialog.return_value() == YES);
        let action = self.action.try_update_value(Option::take).flatten();
        if let Some(action) = action.filter(|_| is_yes) {
            action();
        }
    }
}

/// Renders the dialog.
#[component]
pub(crate) fn ConfirmDialog(confirm: Confirm) -> impl IntoView {
    let question = confirm.question;
    view! {
        <dialog
            class="confirm"
            node_ref=confirm.dialog
            aria-labelledby="confirm-title"
            on:close=move |_| confirm.answer()
        >
            <h2 id="confirm-title">{move || question.get().title}</h2>
            <p>{move || question.get().consequence}</p>
            <form method="dialog" class="actions">
                <button value="no">{Text::get().keep}</button>
                <button value=YES class="danger primary">{move || question.get().button}</button>
            </form>
        </dialog>
    }
}
