//! The playground from outside.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail like tests")]

mod provider;
