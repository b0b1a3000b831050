//! The tables themselves, for comparing the two trees of migrations.

use std::collections::BTreeSet;

use super::{TestDb, TestEngine};
use crate::store::db::on_db;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Column {
    #[sqlx(rename = "table_name")]
    table: String,
    #[sqlx(rename = "column_name")]
    name: String,
    may_be_null: bool,
}

impl Column {
    /// Of which table.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// How it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl TestDb {
    /// How many migrations were applied.
    pub async fn migrations_applied(&self) -> i64 {
        const SQL: &str = "SELECT COUNT(*) FROM _sqlx_migrations";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_one(c).await).expect("a number")
    }

    /// Every column of every table of ours.
    pub async fn columns(&self) -> BTreeSet<Column> {
        let sql = match self.kind() {
            TestEngine::Sqlite => {
                "SELECT m.name AS table_name, c.name AS column_name, c.\"notnull\" = 0 AS may_be_null
                   FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                  WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'"
            }
            TestEngine::Postgres => {
                "SELECT table_name::text, column_name::text, is_nullable = 'YES' AS may_be_null
                   FROM information_schema.columns
                  WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'"
            }
        };
        let columns: Vec<Column> =
            on_db!(self.db(), |c| sqlx::query_as(sql).fetch_all(c).await).expect("columns");
        columns.into_iter().collect()
    }

    /// The columns that name the master key of a seal, each behind its table: all but the canaries'.
    pub async fn columns_of_seals(&self) -> BTreeSet<String> {
        let names_key = |column: &Column| {
            let name = column.name();
            (name == "key_id" || name.ends_with("_key_id"))
                && name != "api_key_id"
                && column.table() != "vault_canary"
        };
        let columns = self.columns().await;
        let of_seals = columns.iter().filter(|column| names_key(column));
        of_seals.map(|column| format!("{}.{}", column.table(), column.name())).collect()
    }

    /// The tables of ours on SQLite that take a value of any type.
    pub async fn lax_tables(&self) -> Vec<String> {
        const SQL: &str = "
            SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND NOT strict
               AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_all(c).await).expect("tables")
    }
}
