//! A database for one test, gone when the test is over, also when it fails.

use std::{str::FromStr, sync::Arc, thread, time::Duration};

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, FromRow, PgConnection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    clock::{ManualClock, SharedClock},
    store::{Engine, Store},
};

const SERVER: &str = "TEST_DATABASE_URL";
const DEFAULT_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const REQUIRE: &str = "TROUPE_TEST_REQUIRE_SERVERS";

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
    raw: Raw,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres(Box<TestDatabase>),
}

/// A second way in, past the store: tests look at rows that the store does not show.
enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
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
        Some(Self { clock, store, raw: place.raw(), place })
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
        match &self.place {
            Place::Sqlite(dir) => format!("sqlite:{}", dir.path().join("troupe.db").display()),
            Place::Postgres(database) => database.options().to_url_lossy().to_string(),
        }
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

    /// All rows of a query that the store has no method for.
    pub async fn rows<T>(&self, sql: &'static str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        match &self.raw {
            Raw::Sqlite(pool) => sqlx::query_as(sql).fetch_all(pool).await,
            Raw::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await,
        }
        .expect("rows")
    }

    /// The same for a query about `$1`.
    pub async fn rows_of<T>(&self, sql: &'static str, id: Uuid) -> Vec<T>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        match &self.raw {
            Raw::Sqlite(pool) => sqlx::query_as(sql).bind(id).fetch_all(pool).await,
            Raw::Postgres(pool) => sqlx::query_as(sql).bind(id).fetch_all(pool).await,
        }
        .expect("rows")
    }

    /// The one number that a query about `$1` gives.
    pub async fn number_of(&self, sql: &'static str, id: Uuid) -> i64 {
        let rows: Vec<(i64,)> = self.rows_of(sql, id).await;
        rows.first().expect("a number").0
    }

    /// Changes rows behind the store's back. `ids` are `$1`, `$2`, …, and `texts` the ones after them.
    /// Gives how many rows changed.
    pub async fn execute(&self, sql: &'static str, ids: &[Uuid], texts: &[&str]) -> u64 {
        macro_rules! execute {
            ($pool:expr) => {{
                let query = ids.iter().fold(sqlx::query(sql), |query, id| query.bind(*id));
                let query = texts.iter().fold(query, |query, text| query.bind((*text).to_owned()));
                query.execute($pool).await.expect("a change").rows_affected()
            }};
        }
        match &self.raw {
            Raw::Sqlite(pool) => execute!(pool),
            Raw::Postgres(pool) => execute!(pool),
        }
    }
}

impl Place {
    async fn create(engine: TestEngine) -> Option<Self> {
        match engine {
            TestEngine::Sqlite => {
                Some(Self::Sqlite(tempfile::tempdir().expect("a temporary directory")))
            }
            TestEngine::Postgres => TestDatabase::create().await.map(Box::new).map(Self::Postgres),
        }
    }

    fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(dir) => Engine::Sqlite(dir.path().join("troupe.db")),
            Self::Postgres(database) => {
                let url = database.options().to_url_lossy().to_string();
                Engine::Postgres(SecretString::from(url))
            }
        }
    }

    fn raw(&self) -> Raw {
        match self {
            Self::Sqlite(dir) => {
                let options = SqliteConnectOptions::new()
                    .filename(dir.path().join("troupe.db"))
                    .busy_timeout(Duration::from_secs(5));
                Raw::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options))
            }
            Self::Postgres(database) => {
                let pool = PgPoolOptions::new().max_connections(1);
                Raw::Postgres(pool.connect_lazy_with(database.options()))
            }
        }
    }
}

/// A database on a server, dropped with this value.
struct TestDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    async fn create() -> Option<Self> {
        let server = PgConnectOptions::from_str(&setting(SERVER).unwrap_or(DEFAULT_SERVER.into()))
            .expect("TEST_DATABASE_URL is an address of a Postgres server");
        let name = format!("troupe_test_{}", Uuid::new_v4().simple());
        let connection =
            tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(&server)).await;
        let Ok(Ok(mut connection)) = connection else {
            assert!(setting(REQUIRE).as_deref() != Some("1"), "no Postgres, and {REQUIRE}=1");
            eprintln!("left out: no Postgres");
            return None;
        };
        for sql in [
            format!("CREATE DATABASE {name}"),
            // what a power loss would undo does not matter here, and the disk is what tests wait for
            format!("ALTER DATABASE {name} SET synchronous_commit = off"),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a new database");
        }
        Some(Self { server, name })
    }

    fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }
}

impl Drop for TestDatabase {
    /// On a thread of its own: a test that panicked has no runtime to wait on.
    fn drop(&mut self) {
        let server = self.server.clone();
        let sql = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect_with(&server).await?;
                sqlx::query(sql).execute(&mut connection).await
            })
        });
        if !matches!(dropping.join(), Ok(Ok(_))) {
            eprintln!("the database {} could not be dropped", self.name);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "not a setting of Troupe but of its tests")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
