//! A question before what cannot be undone, in a dialog of the browser's own: it keeps the focus, and
//! Escape means no.

use leptos::{html::Dialog, prelude::*};

use crate::texts;

texts! {
    Text {
        keep: "Cancel" | "취소",
    }
}

/// The value of the button that means yes.
const YES: &str = "yes";

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// What will happen.
    pub(crate) consequence: String,
    /// What the button that means yes says.
    pub(crate) button: &'static str,
}

type Deed = Box<dyn FnOnce()>;

/// The dialog of a page, and what it is about now.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    question: RwSignal<Question>,
    deed: StoredValue<Option<Deed>, LocalStorage>,
    dialog: NodeRef<Dialog>,
}

impl Confirm {
    /// Closed.
    pub(crate) fn new() -> Self {
        Self {
            question: RwSignal::new(Question::default()),
            deed: StoredValue::new_local(None),
            dialog: NodeRef::new(),
        }
    }

    /// Asks, and does the deed if the answer is yes.
    pub(crate) fn ask(self, question: Question, deed: impl FnOnce() + 'static) {
        let Some(dialog) = self.dialog.get_untracked() else { return };
        self.question.set(question);
        self.deed.set_value(Some(Box::new(deed)));
        dialog.set_return_value("");
        // It fails only where the dialog is open already, and then the question is another by now.
        drop(dialog.show_modal());
    }

    fn answer(self) {
        let is_yes = self.dialog.get_untracked().is_some_and(|dialog| dialog.return_value() == YES);
        let deed = self.deed.try_update_value(Option::take).flatten();
        if let Some(deed) = deed.filter(|_| is_yes) {
            deed();
        }
    }
}

/// Where the dialog is.
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
