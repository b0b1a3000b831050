//! The bot's way to Discord, against a small Discord of axum on a free port.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod fake;
mod gateway;
mod limiter;
mod rest;
