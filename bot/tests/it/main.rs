//! The bot from outside: its way to Discord against a small Discord of axum on a free port; delivery
//! and the whole bot between the playground's Discord and a database.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that can't go on has failed, and says so"
)]

mod actions;
mod commands;
mod delivery;
mod edits;
mod fake;
mod gateway;
mod lease;
mod limiter;
mod messages;
mod personality;
mod places;
mod proper;
mod rest;
mod rights;
mod stage;
mod usage;
mod wallet;
