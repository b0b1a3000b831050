//! Tests of this room's public face, in one binary.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod hardening;
mod vault;
//! Tests of the room from outside, in one binary. Secrets in them are built from parts.

mod env_template;
