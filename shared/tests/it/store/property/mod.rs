//! Random lives of requests, step by step beside a small model of what docs/ARCHITECTURE.md says.
//!
//! Two people, two channels, two personalities, three workers of which any may die, and everything
//! that can happen to a request. After every step what the store answered and every row must be what
//! the [`model`] says; the [`invariants`] are then checked on the rows alone, so that a mistake made
//! in both would still be found.

mod intake;
mod invariants;
mod life;
mod model;
mod rows;
mod steps;

use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};
use shared::testing::{TestDb, TestEngine, run};

/// Lives lived, and steps in each: what both engines manage in a quarter of a minute. More with
/// `PROPTEST_CASES`.
const CASES: u32 = 24;
const STEPS: usize = 60;

#[test]
fn sqlite() {
    run(TestEngine::Sqlite, every_life_is_lawful);
}

#[test]
fn postgres() {
    run(TestEngine::Postgres, every_life_is_lawful);
}

async fn every_life_is_lawful(db: TestDb) {
    let bob = db.personality("Bob", None).await;
    let cases = Config::default().cases;
    let cases = if cases == 256 { CASES } else { cases };
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let here = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        let lives = vec(steps::any_step(), 1..=STEPS);
        TestRunner::new(config)
            .run(&lives, |life| here.block_on(life::live(&db, bob, &life)))
            .unwrap_or_else(|failure| panic!("{failure}"));
    });
}
