//! What a person has used.
//!
//! | file | what it adds up |
//! |---|---|
//! | `sums` | everything in a stretch of time: calls, tokens, cost, how long answers took |
//! | `groups` | the same by model, provider, personality, server or day |
//!
//! Only what the person's own key paid for counts here. The caller turns "today in Paris" into
//! moments; what day a call belongs to is worked out in Rust as well, never by an engine's own date
//! functions.

mod groups;
mod sums;

pub use groups::{GroupOf, UsageBy, UsageGroup};
pub use sums::{Latency, UsageSummary, UsageSums};
