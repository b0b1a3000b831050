//! The bot against a Discord on this machine: its own small one of axum for the way there, the
//! playground's for what is shown.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod delivery;
mod fake;
mod gateway;
mod limiter;
mod rest;
