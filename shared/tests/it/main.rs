//! Tests of the room from outside, in one binary. Secrets in them are built from parts.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod env_template;
mod hardening;
mod lifecycle;
mod store;
mod vault;
mod wake;
