//! Where a test's database lies, and how it goes away.

use std::{str::FromStr, thread, time::Duration};

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use uuid::Uuid;

use super::TestEngine;
use crate::store::Engine;

const SERVER: &str = "TEST_DATABASE_URL";
const DEFAULT_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const REQUIRE: &str = "TROUPE_TEST_REQUIRE_SERVERS";

/// A file in a directory of its own, or a database of its own.
pub(super) enum Place {
    Sqlite(TempDir),
    Postgres(Box<TestDatabase>),
}

impl Place {
    pub(super) async fn create(engine: TestEngine) -> Option<Self> {
        match engine {
            TestEngine::Sqlite => {
                Some(Self::Sqlite(tempfile::tempdir().expect("a temporary directory")))
            }
            TestEngine::Postgres => TestDatabase::create().await.map(Box::new).map(Self::Postgres),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(dir) => Engine::Sqlite(dir.path().join("troupe.db")),
            Self::Postgres(database) => {
                let url = plain_url(&database.options());
                Engine::Postgres(SecretString::from(url))
            }
        }
    }

    /// As `DATABASE_URL` names it.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Sqlite(dir) => format!("sqlite:{}", dir.path().join("troupe.db").display()),
            Self::Postgres(database) => plain_url(&database.options()),
        }
    }
}

/// A database on a server, dropped with this value.
pub(super) struct TestDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    async fn create() -> Option<Self> {
        let server = PgConnectOptions::from_str(&setting(SERVER).unwrap_or(DEFAULT_SERVER.into()))
            .expect("TEST_DATABASE_URL is an address of a Postgres server");
        let name = format!("troupe_test_{}", Uuid::new_v4().simple());
        let Some(mut connection) = connect(&server).await else {
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

/// `None`: there is no server. One that is there and takes nobody more is waited for: a test that
/// is left out counts as passed.
async fn connect(server: &PgConnectOptions) -> Option<PgConnection> {
    let mut refused = None;
    for _ in 0..60 {
        let connecting = PgConnection::connect_with(server);
        match tokio::time::timeout(Duration::from_secs(5), connecting).await {
            Ok(Ok(connection)) => return Some(connection),
            Ok(Err(sqlx::Error::Database(error))) => refused = Some(error),
            Ok(Err(_)) | Err(_) => return None,
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(refused.is_none(), "Postgres takes no connection: {refused:?}");
    None
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

/// The address without the client's own parameters, which the settings would refuse.
fn plain_url(options: &PgConnectOptions) -> String {
    let url = options.to_url_lossy();
    let (address, query) = url.as_str().split_once('?').unwrap_or((url.as_str(), ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| pair.starts_with("host=") || pair.starts_with("sslmode="))
        .collect();
    if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
}
