//! The storage handle: which engine we talk to, and nothing about what we ask it.
//!
//! A statement is written once, in the dialect that both engines understand
//! (`migrations/README.md`), and runs on either through [`on_db!`] or [`on_tx!`].

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Result, StoreError};

/// Pools of connections to one of the two engines.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(SqliteDb),
    Postgres(PgPool),
}

/// SQLite takes one writer at a time, so writers queue here, in order, instead of polling the file.
#[derive(Clone)]
pub(crate) struct SqliteDb {
    read: SqlitePool,
    durable: SqlitePool,
    relaxed: SqlitePool,
    turn: Arc<Mutex<()>>,
}

/// An open write transaction.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>, OwnedMutexGuard<()>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs the same read on whichever engine `$db` holds.
macro_rules! on_db {
    ($db:expr, |$c:ident| $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite(sqlite) => {
                let $c = sqlite.reader();
                $body
            }
            $crate::store::db::Db::Postgres($c) => $body,
        }
    };
}

/// Runs the same statement inside a transaction of either engine.
macro_rules! on_tx {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx {
            $crate::store::db::Tx::Sqlite(tx, _) => {
                let $c = &mut **tx;
                $body
            }
            $crate::store::db::Tx::Postgres(tx) => {
                let $c = &mut **tx;
                $body
            }
        }
    };
}

pub(crate) use {on_db, on_tx};

impl SqliteDb {
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.read
    }
}

impl Db {
    pub(crate) async fn connect_sqlite(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(5));
        let writer = |synchronous| {
            SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(options.clone().synchronous(synchronous))
        };
        // power loss under NORMAL can undo a committed fence, and a call would be paid for twice
        let durable = writer(SqliteSynchronous::Full).await?;
        let relaxed = writer(SqliteSynchronous::Normal).await?;
        let read =
            SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await?;
        Ok(Self::Sqlite(SqliteDb { read, durable, relaxed, turn: Arc::default() }))
    }

    pub(crate) async fn connect_postgres(options: PgConnectOptions) -> Result<Self> {
        let options = options.options([
            ("lock_timeout", "2s"),
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "10s"),
            // what is read under a lock must be what stood there when the lock was had
            ("default_transaction_isolation", "read committed"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// Opens a transaction whose commit survives a power loss.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => db.begin(&db.durable).await,
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Opens a transaction that a crash of the machine, though not of the process, may undo: for
    /// what can be made again.
    pub(crate) async fn begin_relaxed(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => db.begin(&db.relaxed).await,
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *tx).await?;
                Ok(Tx::Postgres(tx))
            }
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(db) => {
                db.read.close().await;
                db.relaxed.close().await;
                db.durable.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// What `DATABASE_URL` says, which is never printed.
pub(crate) fn postgres_options(url: &SecretString) -> Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url.expose_secret())
        .map_err(|_| {
            StoreError::Misconfigured("DATABASE_URL is not an address of a Postgres database")
        })?
        .application_name("troupe"))
}

impl SqliteDb {
    async fn begin(&self, pool: &SqlitePool) -> Result<Tx> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // a deferred transaction that turns into a write fails at once, whatever `busy_timeout` says
        Ok(Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?, turn))
    }

    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.durable
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx, _turn) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
