//! What tests of every room need: a database of their own on either engine, and people in it.
//!
//! Behind the feature `testing`, which only dev-dependencies switch on. A test body is an ordinary
//! `async fn(db: TestDb)`, named once in [`each_engine!`](crate::each_engine):
//!
//! ```text
//! shared::each_engine!(a_message_is_taken);
//!
//! async fn a_message_is_taken(db: TestDb) {
//!     let ada = db.person_with_key(1).await;
//!     assert!(db.store().live_keys(ada.id).await.unwrap()[0].is_active);
//! }
//! ```
//!
//! The Postgres half connects to `TEST_DATABASE_URL`, else to a server on this machine. Without one
//! it is left out and says so, unless `TROUPE_TEST_REQUIRE_SERVERS=1`.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "in a test a panic is the failure, and it is told on stderr"
)]

mod database;
mod fixtures;
mod place;

pub use database::{TestDb, TestEngine, run};
pub use fixtures::{Person, VIOLA, limits, message, no_guests};

/// Makes two tests of each `async fn(db: TestDb)` named: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! each_engine {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::testing::run($crate::testing::TestEngine::Sqlite, super::$name);
            })+
        }

        mod postgres {
            $(#[test]
            fn $name() {
                $crate::testing::run($crate::testing::TestEngine::Postgres, super::$name);
            })+
        }
    };
}
