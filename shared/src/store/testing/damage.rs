//! What the store itself never does to its rows: time that did not pass, rows that somebody spoilt,
//! a database that another version has upgraded.

use super::{TestDb, TestEngine};
use crate::store::db::on_tx;

impl TestDb {
    /// Lets every check of a key be as old as it may be. How many there are.
    pub async fn expire_checks(&self) -> u64 {
        self.change("UPDATE key_checks SET expires_at = created_at").await
    }

    /// Spoils the constants of all master keys, so that they can't be read.
    pub async fn spoil_canaries(&self) {
        self.change("UPDATE vault_canary SET iv = 'zz'").await;
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
