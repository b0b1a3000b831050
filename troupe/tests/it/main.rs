//! The whole product from outside: real binaries, real databases and Redis, a local Discord and a
//! stand-in provider. One binary.
//!
//! Each scenario is written once and runs twice: on SQLite as the one process `troupe`, on Postgres
//! and Redis as the processes `bot` and `worker`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and what is left out is told on stderr"
)]

mod boundaries;
mod browser;
mod burst;
mod connect;
mod context;
mod deaths;
#[cfg(feature = "extra")]
mod extra;
mod gateway;
mod import;
mod models;
mod monitor;
mod page;
mod page_components;
mod page_people;
mod page_personality;
mod places;
mod play;
mod playground;
mod process;
mod providers;
mod readme;
mod replies;
mod rotation;
mod rotation_live;
mod scenario;
mod secrets;
mod stage;
mod standby;
mod starts;
mod talk;
mod tools;
mod wallet;
