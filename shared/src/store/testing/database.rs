//! A database for one test, gone when the test is over, also when it fails.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use super::place::Place;
use crate::{
    clock::{ManualClock, SharedClock},
    store::{
        Engine, Store,
        db::{Db, Tx},
    },
};

/// The engine that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestEngine {
    /// A file in a temporary directory.
    Sqlite,
    /// A database of its own on a server.
    Postgres,
}

/// An empty database, migrated, with a store on it whose clock the test moves.
pub struct TestDb {
    clock: Arc<ManualClock>,
    store: Store,
    place: Place,
}

/// Runs `body` with a fresh database of `engine`, or says that there is no server for it.
pub fn run<F, Fut>(engine: TestEngine, body: F)
where
    F: FnOnce(TestDb) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        if let Some(db) = TestDb::create(engine).await {
            body(db).await;
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
}

impl TestDb {
    /// A fresh database; `None` when it should be on Postgres, there is no server, and nobody insists.
    pub async fn create(engine: TestEngine) -> Option<Self> {
        let place = Place::create(engine).await?;
        let start: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().expect("a time");
        let clock = Arc::new(ManualClock::new(start));
        let store = Store::open(&place.engine(), Arc::clone(&clock) as SharedClock)
            .await
            .expect("a migrated database");
        Some(Self { clock, store, place })
    }

    /// The store of the test.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The clock of that store.
    #[must_use]
    pub const fn clock(&self) -> &Arc<ManualClock> {
        &self.clock
    }

    /// Where the database is, for another [`Store::open`].
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.place.engine()
    }

    /// Where the database is, as `DATABASE_URL` of a child process.
    #[must_use]
    pub fn url(&self) -> String {
        self.place.url()
    }

    /// Which engine this is.
    #[must_use]
    pub const fn kind(&self) -> TestEngine {
        match self.place {
            Place::Sqlite(_) => TestEngine::Sqlite,
            Place::Postgres(_) => TestEngine::Postgres,
        }
    }

    /// Another process's way into the same database: connections of its own, the same clock.
    pub async fn another_store(&self) -> Store {
        self.store_with(Arc::clone(&self.clock) as SharedClock).await
    }

    /// Another process's way into the same database, with another clock.
    pub async fn store_with(&self, clock: SharedClock) -> Store {
        Store::open(&self.engine(), clock).await.expect("a second store")
    }

    /// What the store stands on, for looking past it.
    pub(super) const fn db(&self) -> &Db {
        &self.store.db
    }

    /// A transaction past the store.
    pub(super) async fn begin(&self) -> Tx {
        self.db().begin().await.expect("a transaction")
    }
}
