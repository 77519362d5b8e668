//! Actions of buttons. A toast reports success; a failure is shown beside the button until the next attempt.

use leptos::{html::Div, prelude::*, task::spawn_local};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{
    components::{Progress, Toast},
    load::Load,
};
use crate::api::ApiError;

/// Runs the actions of a component's buttons. Its [`Failure`] belongs into the view.
#[derive(Clone, Copy)]
pub(crate) struct Actions {
    failure: RwSignal<Option<String>>,
    toast: Toast,
    progress: Progress,
}

impl Actions {
    /// Creates the actions of the current component.
    pub(crate) fn new() -> Self {
        Self { failure: RwSignal::new(None), toast: expect_context(), progress: expect_context() }
    }

    /// Clears the error.
    pub(crate) fn clear_failure(self) {
        self.failure.set(None);
    }

    /// Runs the action, then `done`, which returns the toast's text.
    pub(crate) fn run<T: 'static>(
        self,
        action: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) -> String + 'static,
    ) {
        let Self { failure, toast, progress } = self;
        failure.set(None);
        let under_way = progress.begin();
        spawn_local(async move {
            let outcome = action.await;
            drop(under_way);
            match outcome {
                Ok(answer) => toast.say(done(answer)),
                // The page may be gone.
                Err(error) => _ = failure.try_set(Some(reason(error))),
            }
        });
    }

    /// Runs an action on one of the rows, and loads them again whatever the outcome.
    pub(crate) fn run_on<Rows: Clone + PartialEq + Send + Sync + 'static>(
        self,
        rows: Load<Rows>,
        action: impl Future<Output = Result<(), ApiError>> + 'static,
        done: String,
    ) {
        let reloaded = async move {
            let outcome = action.await;
            rows.again();
            outcome
        };
        self.run(reloaded, |()| done);
    }
}

/// Shows the error and scrolls to it.
#[component]
pub(crate) fn Failure(of: Actions) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if of.failure.with(Option::is_some) {
            request_animation_frame(move || show(element));
        }
    });
    view! {
        <div class="summary" role="alert" node_ref=element>
            {move || of.failure.get()}
        </div>
    }
}

fn show(element: NodeRef<Div>) {
    if let Some(element) = element.try_get_untracked().flatten() {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The most specific message. There are no fields here, so the first field's error is shown.
fn reason(error: ApiError) -> String {
    let ApiError { message, fields, .. } = error;
    fields.into_iter().next().map_or(message, |field| field.message)
}

#[cfg(test)]
mod tests {
    use super::reason;
    use crate::api::{ApiError, Code, FieldError};

    #[test]
    fn the_error_of_a_field_is_shown_instead_of_the_general_message() {
        let mut error = ApiError::new(Code::Invalid, "Something is wrong.");
        assert_eq!(reason(error.clone()), "Something is wrong.");
        error.fields.push(FieldError { field: "ids".to_owned(), message: "Not yourself.".to_owned() });
        assert_eq!(reason(error), "Not yourself.");
    }
}
