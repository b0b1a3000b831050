//! What takes longer than a change should wait for, or needs programs of others: `scripts/test-extra`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "in a test a panic is the failure, and what is measured is told on stderr"
)]

mod accessibility;
#[path = "../it/browser.rs"]
mod browser;
mod death;
mod first_answer;
#[path = "../it/playground.rs"]
mod playground;
#[path = "../it/process.rs"]
mod process;
