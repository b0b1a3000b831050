//! The bot's way to Discord, against a small Discord of axum on a free port.

mod delivery;
mod fake;
mod gateway;
mod limiter;
mod rest;
