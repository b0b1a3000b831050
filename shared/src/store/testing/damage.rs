//! What the store itself never does to its rows: time that did not pass, rows that somebody spoilt,
//! a database that another version has upgraded.

use std::path::Path;

use sqlx::{SqlitePool, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::{TestDb, TestEngine};
use crate::{
    ids::ApiKeyId,
    store::{db::on_tx, migrate::SQLITE},
};

impl TestDb {
    /// Lets every check of a key be as old as it may be. How many there are.
    pub async fn expire_checks(&self) -> u64 {
        self.change("UPDATE key_checks SET expires_at = created_at").await
    }

    /// Lets every request that waits have waited for months. How many there are.
    pub async fn age_waiting_requests(&self) -> u64 {
        const SQL: &str = "
            UPDATE requests SET created_at = '2026-01-01T00:00:00+00:00' WHERE state IN ('queued', 'claimed')";
        self.change(SQL).await
    }

    /// Lets every `/wallet connect` under way be as old as it may be. How many there are.
    pub async fn expire_connections(&self) -> u64 {
        self.change("UPDATE key_connections SET expires_at = created_at").await
    }

    /// Spoils the constants of all master keys, so that they can't be read.
    pub async fn spoil_canaries(&self) {
        self.change("UPDATE vault_canary SET iv = 'zz'").await;
    }

    /// Changes a stored key, so that it opens no more.
    pub async fn spoil_key(&self, key: ApiKeyId) {
        const SQL: &str = "UPDATE user_api_keys SET content = 'c0ffee' WHERE id = $1";
        self.change_row(SQL, key.uuid()).await;
    }

    /// Makes a stored key name a master key that nobody has.
    pub async fn relabel_key(&self, key: ApiKeyId) {
        const SQL: &str = "UPDATE user_api_keys SET key_id = '0badcafe' WHERE id = $1";
        self.change_row(SQL, key.uuid()).await;
    }

    /// Erases a part of a stored key and leaves the rest.
    pub async fn tear_key(&self, key: ApiKeyId) {
        const SQL: &str = "UPDATE user_api_keys SET tag = NULL WHERE id = $1";
        self.change_row(SQL, key.uuid()).await;
    }

    /// Upgrades the database beyond what this version knows.
    pub async fn upgrade_beyond_us(&self) {
        const SQL: &str = "
            INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        assert_eq!(self.change(SQL).await, 1);
    }

    /// Makes the first migration one of another text.
    pub async fn change_first_migration(&self) {
        let other = match self.kind() {
            TestEngine::Sqlite => "UPDATE _sqlx_migrations SET checksum = X'00' WHERE version = 1",
            TestEngine::Postgres => {
                r"UPDATE _sqlx_migrations SET checksum = '\x00' WHERE version = 1"
            }
        };
        assert_eq!(self.change(other).await, 1);
    }

    /// Makes a database on Postgres as empty as it was before the first start.
    pub async fn empty_postgres(&self) {
        self.change("DROP SCHEMA public CASCADE").await;
        self.change("CREATE SCHEMA public").await;
    }

    /// Makes a SQLite database at `path` as the first version made it, with a person in it.
    pub async fn make_first_version(path: &Path) {
        const PERSON: &str = "
            INSERT INTO users (id, discord_id, username, created_at, updated_at)
            VALUES (X'00', 1, 'ada', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')";
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.expect("a database");
        let first = SQLITE.iter().take(1).cloned().collect();
        Migrator::with_migrations(first).run(&pool).await.expect("the first version");
        sqlx::query(PERSON).execute(&pool).await.expect("a person");
        pool.close().await;
    }

    /// How many migrations a SQLite database at `path` has seen, and how many people are in it.
    pub async fn look_at_version(path: &Path) -> (i64, i64) {
        const SQL: &str = "
            SELECT (SELECT COUNT(*) FROM _sqlx_migrations), (SELECT COUNT(*) FROM users)";
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let pool = SqlitePool::connect_with(options).await.expect("a database");
        let seen = sqlx::query_as(SQL).fetch_one(&pool).await.expect("numbers");
        pool.close().await;
        seen
    }

    async fn change_row(&self, sql: &'static str, id: uuid::Uuid) {
        let mut tx = self.begin().await;
        let changed = on_tx!(&mut tx, |c| sqlx::query(sql)
            .bind(id)
            .execute(c)
            .await
            .expect("a change")
            .rows_affected());
        tx.commit().await.expect("a change");
        assert_eq!(changed, 1);
    }

    /// Runs a statement. How many rows it changed.
    async fn change(&self, sql: &'static str) -> u64 {
        let mut tx = self.begin().await;
        let changed = on_tx!(&mut tx, |c| sqlx::query(sql)
            .execute(c)
            .await
            .expect("a change")
            .rows_affected());
        tx.commit().await.expect("a change");
        changed
    }
}
