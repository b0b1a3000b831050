//! What a person has used.
//!
//! | file | what it adds up |
//! |---|---|
//! | `sums` | everything in a stretch of time: calls, tokens, cost, how long answers took |
//! | `groups` | the same by model, provider, personality, server or day |
//! | `rows` | calls one by one: the newest, and all of them by pages |
//! | `everybody` | everybody's, for whoever runs the bot |
//!
//! Only what the person's own key paid for counts, but in `everybody`. The caller turns "today in Paris" into
//! moments; what day a call belongs to is worked out in Rust as well, never by an engine's own date
//! functions.

mod everybody;
mod groups;
mod rows;
mod sums;

pub use everybody::{AccountCall, AccountUsage};
pub use groups::{GroupOf, UsageBy, UsageGroup};
pub use rows::{RecentCall, UsageCursor, UsageRow};
pub use sums::{Latency, UsageSummary, UsageSums};
