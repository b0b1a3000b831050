//! Tests of this room's public face, in one binary.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod hardening;
mod lifecycle;
mod vault;
mod wake;
