//! Somebody who holds a lock that others wait for.

use secrecy::ExposeSecret;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction, sqlite::SqliteConnectOptions};

use super::{Person, TestDb};
use crate::store::{Engine, db::Db};

/// The lock under which everything about a person is decided, held as another process would.
#[must_use = "it is held until it is released or dropped"]
pub struct HeldLock(Holding);

enum Holding {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl TestDb {
    /// Takes a person's lock. On SQLite that is the whole database's, against all who write.
    pub async fn hold_lock_of(&self, person: Person) -> HeldLock {
        // past the store: its connections give up what they hold too long, and its writers queue
        HeldLock(match self.engine() {
            Engine::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                let pool = SqlitePool::connect_with(options).await.expect("a connection");
                Holding::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await.expect("the lock"))
            }
            Engine::Postgres(url) => {
                const LOCK: &str = "SELECT user_id FROM user_queues WHERE user_id = $1 FOR UPDATE";
                let pool = PgPool::connect(url.expose_secret()).await.expect("a connection");
                let mut tx = pool.begin().await.expect("a transaction");
                sqlx::query(LOCK).bind(person.id).execute(&mut *tx).await.expect("the lock");
                Holding::Postgres(tx)
            }
        })
    }
}

impl TestDb {
    /// Holds the constants of all master keys, so that none of them can be taken away. On SQLite that is
    /// the whole database again.
    pub async fn hold_canaries(&self) -> HeldLock {
        const LOCK: &str = "SELECT key_id FROM vault_canary FOR UPDATE";
        let Engine::Postgres(url) = self.engine() else {
            return self.hold_lock_of(self.person(1).await).await;
        };
        let pool = PgPool::connect(url.expose_secret()).await.expect("a connection");
        let mut tx = pool.begin().await.expect("a transaction");
        sqlx::query(LOCK).execute(&mut *tx).await.expect("the lock");
        HeldLock(Holding::Postgres(tx))
    }

    /// Whether somebody waits for a lock right now. SQLite can't tell.
    pub async fn somebody_waits(&self) -> bool {
        const SQL: &str = "
            SELECT COUNT(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let Db::Postgres(pool) = self.db() else { return false };
        let waiting: i64 = sqlx::query_scalar(SQL).fetch_one(pool).await.expect("a number");
        waiting > 0
    }
}

impl HeldLock {
    /// Lets the others go on.
    pub async fn release(self) {
        match self.0 {
            Holding::Sqlite(tx) => tx.rollback().await,
            Holding::Postgres(tx) => tx.rollback().await,
        }
        .expect("the lock is let go");
    }
}
