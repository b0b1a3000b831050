//! A raw bot (a websocket and an HTTP client, no library) against the local Discord.

mod bot;
mod commands;
mod faults;
mod gateway;
mod messages;
mod openapi;
