//! What pages share.

mod banner;
mod confirm;
mod device;
mod event;
mod facts;
mod field;
mod footer;
mod form;
mod header;
mod hydrated;
mod icon;
mod pager;
mod password_field;
mod skeleton;
mod time;
mod toast;

pub(crate) use banner::Banner;
pub(crate) use confirm::{Confirm, ConfirmDialog, Question};
pub(crate) use device::{device_icon, device_words};
pub(crate) use event::{Happening, event_origin, event_sentence, event_tone};
pub(crate) use facts::ServerFacts;
pub(crate) use field::Field;
pub(crate) use footer::Footer;
pub(crate) use form::{Form, FormState};
pub(crate) use header::Header;
pub(crate) use hydrated::Hydrated;
pub(crate) use icon::Icon;
pub(crate) use pager::Pager;
pub(crate) use password_field::PasswordField;
pub(crate) use skeleton::{Shape, Skeleton};
pub(crate) use time::{clock_only, clock_time, date_time, day, iso_time, precise_time, remaining_words};
pub(crate) use toast::{Toast, Toasts, Tone};
