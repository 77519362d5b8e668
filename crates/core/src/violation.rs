//! Validation errors of form fields. The text is English, and Django's own where Django has one; callers that need
//! another language match on the variant.

use hallpass_types::LengthError;
use zxcvbn::feedback::{Suggestion, Warning};

use super::{
    password::PasswordError,
    search::TooManyWords,
    user::{EmailError, UsernameError},
};

/// A validation error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Violation {
    /// The field is empty.
    #[error("This field may not be blank.")]
    Blank,
    /// The username is invalid.
    #[error(transparent)]
    Username(#[from] UsernameError),
    /// The username is taken.
    #[error("A user with that username already exists.")]
    UsernameTaken,
    /// The e-mail address is invalid.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The e-mail address is taken, and tokens identify users by it.
    #[error("A user with that email address already exists.")]
    EmailTaken,
    /// The password is empty or has a null character.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password is too short or too long.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// The password is easy to guess.
    #[error("{}", guessable(*warning, suggestions))]
    Guessable {
        /// The reason.
        warning: Option<Warning>,
        /// Suggestions for a stronger password.
        suggestions: Vec<Suggestion>,
    },
    /// Without the user's own data the password is too weak.
    #[error("This password is too easy to guess. Leave out your username and e-mail address, or add more words.")]
    OwnersWords,
    /// The current password is wrong.
    #[error("This is not your current password.")]
    WrongPassword,
    /// Administrators cannot deactivate or demote their own account.
    #[error("You cannot remove this from your own account. Ask another superuser.")]
    OwnAccount,
    /// Administrators change their own password on the account page, which asks for the current one.
    #[error("Change your own password on the account page, which asks for your current password.")]
    OwnPassword,
    /// The request names more items than one call may change.
    #[error("Choose at most {max} at a time.")]
    TooMany {
        /// The maximum.
        max: usize,
    },
    /// The search has too many words.
    #[error(transparent)]
    Words(#[from] TooManyWords),
    /// The text is not a user id.
    #[error("The id of a user is a whole number.")]
    UserId,
    /// The text is not a session id.
    #[error("The id of a session is 32 digits from 0 to f.")]
    SessionId,
}

/// A form field and its validation error.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldViolation {
    /// The name of the field in the form.
    pub field: &'static str,
    /// The error.
    pub violation: Violation,
}

fn guessable(warning: Option<Warning>, suggestions: &[Suggestion]) -> String {
    let mut sentences = vec!["This password is too easy to guess.".to_owned()];
    sentences.extend(warning.map(|warning| warning.to_string()));
    sentences.extend(suggestions.iter().map(ToString::to_string));
    sentences.join(" ")
}
