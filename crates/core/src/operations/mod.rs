//! The operations of [`Auth`](super::Auth), one file each.

pub mod admin;
pub mod authenticate;
mod blacklist;
mod change_password;
mod change_profile;
mod claims;
mod events;
mod follow;
mod header;
mod import;
mod issue;
mod lookup;
mod me;
pub mod oauth;
mod obtain;
mod pace;
mod refresh;
pub(super) mod register;
mod sessions;
mod sliding;
mod verify;
