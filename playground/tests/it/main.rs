//! A raw bot (a websocket and an HTTP client, no library) against the local Discord.

mod bot;
mod commands;
mod faults;
mod gateway;
mod messages;
mod openapi;
//! The playground from outside.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail like tests")]

mod provider;
