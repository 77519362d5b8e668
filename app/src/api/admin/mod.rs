//! Administration, for staff. Each function authenticates its caller and reads the user row, so that a user who is no
//! longer staff is rejected at once.

pub mod events;
pub mod sessions;
pub mod tokens;
pub mod users;
