//! The bot's way to Discord, against a small Discord of axum on a free port; and the whole bot,
//! between the playground's Discord and a database.
//! The bot against a Discord on this machine: its own small one of axum for the way there, the
//! playground's for what is shown.
//!
//! Every module is marked as a test, so that its helpers may unwrap as the tests do.

#[cfg(test)]
mod commands;
#[cfg(test)]
//! The bot's way to Discord, against a small Discord of axum on a free port; and delivery and the
//! whole bot, between the playground's Discord and a database.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod commands;
mod delivery;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod lease;
#[cfg(test)]
mod limiter;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod wallet;
