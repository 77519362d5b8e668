//! Stories that start PostgreSQL themselves. The run on SQLite skips them.

mod doctor;
mod move_interrupted;
mod move_storm;
mod move_to;
mod moving;
mod outages;
mod outages_matrix;
mod roles_and_poolers;
mod several_servers;
