//! What a person does with a button: done, and said how it went.

use leptos::{prelude::expect_context, task::spawn_local};

use super::components::{Progress, Toast, Tone};
use crate::wire::ApiError;

/// Does what buttons ask for, where it can be said how it goes.
#[derive(Clone, Copy)]
pub(crate) struct Deeds {
    toast: Toast,
    progress: Progress,
}

impl Deeds {
    /// For the component that is being made.
    pub(crate) fn here() -> Self {
        Self { toast: expect_context(), progress: expect_context() }
    }

    /// Does it, then `done`, which answers what is said of it.
    pub(crate) fn run<T: 'static>(
        self,
        deed: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) -> String + 'static,
    ) {
        let Self { toast, progress } = self;
        let under_way = progress.begin();
        spawn_local(async move {
            let outcome = deed.await;
            drop(under_way);
            match outcome {
                Ok(answer) => toast.say(Tone::Good, done(answer)),
                Err(error) => toast.say(Tone::Bad, reason(error)),
            }
        });
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
    use crate::wire::{ApiError, Code, FieldError};

    #[test]
    fn what_is_wrong_with_a_field_is_said_rather_than_that_something_is() {
        let mut error = ApiError::new(Code::Invalid, "Something is wrong.");
        assert_eq!(reason(error.clone()), "Something is wrong.");
        error.fields.push(FieldError { field: "ids".to_owned(), message: "Not yourself.".to_owned() });
        assert_eq!(reason(error), "Not yourself.");
    }
}
