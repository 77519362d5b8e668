//! Administration, for staff. Each function authenticates by itself, and looks its caller up in the
//! database: who is no longer staff is refused at once.

pub mod events;
pub mod sessions;
pub mod tokens;
pub mod users;
