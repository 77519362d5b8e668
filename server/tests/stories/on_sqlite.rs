//! Stories about SQLite files, and about commands that need no server. The run on PostgreSQL skips them.

mod commands;
mod database_files;
mod doctor;
mod faults;
pub(crate) mod import_django;
mod key_files;
mod logs;
