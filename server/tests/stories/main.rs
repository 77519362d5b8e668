//! Stories over HTTP: the real router on a port of its own, with a database of its own, a clock that
//! stands still unless it is moved, and actors who know no more than a client does.

mod actors;
mod admin_sessions;
mod admin_users;
mod bodies;
mod check_revoke_token;
mod commands;
mod concurrency;
mod database_reads;
mod events;
mod faults;
mod flushing;
mod import_django;
mod keys;
mod me;
mod oauth;
mod pages;
mod policy;
mod process;
mod races;
mod register;
mod routes;
mod rpc;
mod rpc_account;
mod rpc_admin;
mod rpc_doors;
mod schema;
mod session_check;
mod sessions;
mod staff;
mod token_blacklist;
mod token_obtain;
mod token_refresh;
mod token_sliding;
mod token_verify;
mod user_id_field;
