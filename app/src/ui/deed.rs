//! What a person does with a button: done, and said how it went. A toast says that it succeeded; a failure is said beside
//! the button, and stays until the next attempt.

use leptos::{html::Div, prelude::*, task::spawn_local};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::components::{Progress, Toast};
use crate::api::ApiError;

/// Does what buttons ask for. Its [`Failure`] is in the view.
#[derive(Clone, Copy)]
pub(crate) struct Deeds {
    failure: RwSignal<Option<String>>,
    toast: Toast,
    progress: Progress,
}

impl Deeds {
    /// For the component that is being made.
    pub(crate) fn here() -> Self {
        Self { failure: RwSignal::new(None), toast: expect_context(), progress: expect_context() }
    }

    /// Says no more what failed.
    pub(crate) fn forget_failure(self) {
        self.failure.set(None);
    }

    /// Does it, then `done`, which answers what is said of it.
    pub(crate) fn run<T: 'static>(
        self,
        deed: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) -> String + 'static,
    ) {
        let Self { failure, toast, progress } = self;
        failure.set(None);
        let under_way = progress.begin();
        spawn_local(async move {
            let outcome = deed.await;
            drop(under_way);
            match outcome {
                Ok(answer) => toast.say(done(answer)),
                // The page may have gone meanwhile.
                Err(error) => _ = failure.try_set(Some(reason(error))),
            }
        });
    }
}

/// Says what failed, and scrolls there.
#[component]
pub(crate) fn Failure(of: Deeds) -> impl IntoView {
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

/// The sentence that says most: there is no form here beside whose fields the others could stand.
fn reason(error: ApiError) -> String {
    let ApiError { message, fields, .. } = error;
    fields.into_iter().next().map_or(message, |field| field.message)
}

#[cfg(test)]
mod tests {
    use super::reason;
    use crate::api::{ApiError, Code, FieldError};

    #[test]
    fn what_is_wrong_with_a_field_is_said_rather_than_that_something_is() {
        let mut error = ApiError::new(Code::Invalid, "Something is wrong.");
        assert_eq!(reason(error.clone()), "Something is wrong.");
        error.fields.push(FieldError { field: "ids".to_owned(), message: "Not yourself.".to_owned() });
        assert_eq!(reason(error), "Not yourself.");
    }
}
