//! Placeholder.

pub mod intake;
pub mod webhook_name;
