//! Placeholder.

pub mod intake;
pub mod split;
pub mod triggers;
pub mod webhook_name;
