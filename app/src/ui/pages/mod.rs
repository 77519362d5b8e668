//! One file a route.

mod account;
mod home;
mod not_found;
mod register;
mod sign_in;

pub(crate) use account::Account;
pub(crate) use home::Home;
pub(crate) use not_found::NotFound;
pub(crate) use register::Register;
pub(crate) use sign_in::SignIn;
