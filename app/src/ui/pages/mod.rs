//! One file per route, or a folder for the routes of one chunk.

mod account;
mod administration;
mod home;
mod inspection;
mod not_found;
mod protected;
mod register;
mod sign_in;
#[cfg(debug_assertions)]
mod styleguide;

pub(crate) use home::Home;
pub(crate) use not_found::NotFound;
pub(crate) use protected::{Protected, ProtectedPage};
pub(crate) use register::Register;
pub(crate) use sign_in::SignIn;
#[cfg(debug_assertions)]
pub(crate) use styleguide::Styleguide;
