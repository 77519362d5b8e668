//! Statements on the tables, for both databases. Each function is one query or one change.

pub(super) mod admin_actions;
pub(super) mod blacklisting;
mod bound;
pub(super) mod changes;
pub(super) mod derived;
mod emails;
pub(super) mod endings;
pub(super) mod events;
pub(super) mod examination;
pub(super) mod flush;
pub(super) mod import;
pub(super) mod locks;
pub(super) mod outstanding;
mod paged;
pub(super) mod refresh;
pub(super) mod revocations;
pub(super) mod rotations;
mod rows;
pub(super) mod sessionless;
pub(super) mod sessions;
pub(super) mod sweep;
pub(super) mod users;
pub(super) mod write_probe;
