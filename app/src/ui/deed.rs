//! What a person does with a button: done, and said how it went.

use leptos::task::spawn_local;

use super::components::{Toast, Tone};
use crate::wire::ApiError;

/// Does it, then `done`, which answers what is said of it.
pub(crate) fn run<T: 'static>(
    toast: Toast,
    deed: impl Future<Output = Result<T, ApiError>> + 'static,
    done: impl FnOnce(T) -> String + 'static,
) {
    spawn_local(async move {
        match deed.await {
            Ok(answer) => toast.say(Tone::Good, done(answer)),
            Err(error) => toast.say(Tone::Bad, reason(error)),
        }
    });
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
