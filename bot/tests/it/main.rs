//! The bot's way to Discord, against a small Discord of axum on a free port; and the whole bot,
//! between the playground's Discord and a database.
//! The bot against a Discord on this machine: its own small one of axum for the way there, the
//! playground's for what is shown.

mod commands;
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod delivery;
mod fake;
mod gateway;
mod lease;
mod limiter;
mod messages;
mod rest;
mod stage;
mod wallet;
