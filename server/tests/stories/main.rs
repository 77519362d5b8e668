//! Stories over HTTP: the real router on a port of its own, with a database of its own, a clock that
//! stands still unless it is moved, and actors who know no more than a client does.

mod actors;
mod bodies;
mod commands;
mod concurrency;
mod keys;
mod me;
mod pages;
mod register;
mod routes;
mod rpc;
mod session_check;
mod sessions;
mod token_blacklist;
mod token_obtain;
mod token_refresh;
mod token_verify;
