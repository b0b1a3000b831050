//! Tests that need programs of other languages, or take long: `scripts/test-extra` runs them.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that can't go on has failed, and says so"
)]

mod foreign;
mod program;
mod serve;

use std::{path::PathBuf, sync::OnceLock, time::Duration};

use playground::checks::Descriptions;

/// Long enough for a loaded machine; only failing tests wait for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where others' descriptions of Discord lie.
fn descriptions_directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data")
}

/// They themselves, where they are present.
fn descriptions() -> Option<&'static Descriptions> {
    static READ: OnceLock<Option<Descriptions>> = OnceLock::new();
    let read = || Descriptions::load_if_there(descriptions_directory()).unwrap();
    let there = READ.get_or_init(read).as_ref();
    if there.is_none() {
        println!("left out: there are no descriptions of Discord here");
    }
    there
}
