//! Placeholder.

pub mod intake;
pub mod split;
pub mod webhook_name;
