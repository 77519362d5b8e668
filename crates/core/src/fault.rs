//! What can be wrong with a field of a form. The text is English, and Django's own where Django has
//! one; who speaks another language matches on the variant.

use hallpass_types::LengthFault;
use zxcvbn::feedback::{Suggestion, Warning};

use super::{
    password::PasswordError,
    search::TooManyWords,
    user::{EmailError, UsernameError},
};

/// What is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing was given.
    #[error("This field may not be blank.")]
    Blank,
    /// It is no user name.
    #[error(transparent)]
    Username(#[from] UsernameError),
    /// Another user has the name.
    #[error("A user with that username already exists.")]
    UsernameTaken,
    /// It is no address.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// Another user has the address, which tokens name their user by.
    #[error("A user with that email address already exists.")]
    EmailTaken,
    /// The password could not be used at a sign-in.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password is too short or too long.
    #[error(transparent)]
    Length(#[from] LengthFault),
    /// A guesser would try the password early.
    #[error("{}", guessable(*warning, suggestions))]
    Guessable {
        /// What makes it easy.
        warning: Option<Warning>,
        /// What would make it better.
        suggestions: Vec<Suggestion>,
    },
    /// The password is only strong by what is known of its owner.
    #[error("This password is too easy to guess. Leave out your user name and address, or add more words.")]
    OwnersWords,
    /// It is another password than the one in force.
    #[error("This is not your current password.")]
    WrongPassword,
    /// One's own account would be shut.
    #[error("You cannot take this from your own account. Ask another superuser.")]
    OwnAccount,
    /// One's own password is changed with the one in force.
    #[error("Change your own password on the account page, which asks for the one in force.")]
    OwnPassword,
    /// More are named than one call may change.
    #[error("Choose at most {max} at a time.")]
    TooMany {
        /// The most there may be.
        max: usize,
    },
    /// More words are searched for than may be.
    #[error(transparent)]
    Words(#[from] TooManyWords),
    /// It is no user's id.
    #[error("The id of a user is a whole number.")]
    UserId,
    /// It is no session's id.
    #[error("The id of a session is 32 digits from 0 to f.")]
    SessionId,
}

/// A field of a form, by its name there, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFault {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub fault: Fault,
}

fn guessable(warning: Option<Warning>, suggestions: &[Suggestion]) -> String {
    let mut sentences = vec!["This password is too easy to guess.".to_owned()];
    sentences.extend(warning.map(|warning| warning.to_string()));
    sentences.extend(suggestions.iter().map(ToString::to_string));
    sentences.join(" ")
}
