//! Placeholder.

pub mod gateway;
pub mod intake;
pub mod limiter;
pub mod rest;
pub mod split;
pub mod triggers;
pub mod webhook_name;
