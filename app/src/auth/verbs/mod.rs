//! The verbs of [`Auth`](super::Auth), one file each.

pub mod authenticate;
mod blacklist;
mod change_password;
mod follow;
mod import;
mod me;
mod obtain;
mod refresh;
pub(super) mod register;
mod sessions;
mod sliding;
mod verify;
