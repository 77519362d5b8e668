//! What pages share.

mod banner;
mod facts;
mod field;
mod footer;
mod form;
mod header;
mod hydrated;
mod password_field;
mod protected;
mod time;

pub(crate) use banner::Banner;
pub(crate) use facts::ServerFacts;
pub(crate) use field::Field;
pub(crate) use footer::Footer;
pub(crate) use form::{Form, FormState};
pub(crate) use header::Header;
pub(crate) use hydrated::Hydrated;
pub(crate) use password_field::PasswordField;
pub(crate) use protected::{Protected, Skeleton};
pub(crate) use time::{clock_time, date_time, remaining_words};
