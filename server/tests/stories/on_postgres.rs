//! Stories that start PostgreSQL themselves. The run on SQLite leaves them out.

mod doctor;
mod move_interrupted;
mod move_storm;
mod move_to;
mod outages;
mod outages_matrix;
mod roles_and_poolers;
mod several_servers;
