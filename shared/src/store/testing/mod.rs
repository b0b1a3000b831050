//! What tests of every room need: a database of their own on either engine, people in it, and what
//! the store shows nobody.
//!
//! SQL is written in this room alone, for tests as well: a test names what it wants to see or to have
//! happened.
//!
//! | file | what it gives |
//! |---|---|
//! | `database`, `place` | a [`TestDb`] and where it lies |
//! | `fixtures`, `personalities` | people, keys, messages and personalities to begin with |
//! | `look` | what lies in the rows |
//! | `damage` | what the store never does to its rows |
//! | `legacy` | a database of an older system, to import from |
//! | `hold` | a lock that somebody else has |
//! | `schema`, `dump` | the tables, and everything in them |
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

mod damage;
mod database;
mod dump;
mod fixtures;
mod hold;
mod legacy;
mod look;
mod personalities;
mod place;
mod schema;

pub use database::{TestDb, TestEngine, run};
pub use fixtures::{Person, VIOLA, limits, message, no_guests};
pub use hold::HeldLock;
pub use legacy::{LegacyDb, Stopped};
pub use look::{Life, SeenCheck, SeenDelivery, SeenKey, SeenRequest, SeenUsage};
pub use schema::Column;

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
