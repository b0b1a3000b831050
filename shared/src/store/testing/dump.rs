//! All that somebody gets who takes the database along.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool};

use super::{Column, TestDb, TestEngine};
use crate::store::{Engine, db::on_db};

const EXPORT: &str = "SELECT schema_to_xml('public', true, false, '')::text";

impl TestDb {
    /// All that is in the database: the bytes of its files, or a server's own export.
    pub async fn dump(&self) -> Vec<String> {
        match self.engine() {
            Engine::Sqlite(file) => {
                let files = file.parent().expect("a directory").read_dir().expect("files");
                let bytes = files.map(|file| fs::read(file.expect("a file").path()));
                bytes.map(|bytes| String::from_utf8_lossy(&bytes.expect("bytes")).into()).collect()
            }
            Engine::Postgres(url) => {
                let pool = PgPool::connect(url.expose_secret()).await.expect("a connection");
                sqlx::query_scalar(EXPORT).fetch_all(&pool).await.expect("an export")
            }
        }
    }

    /// Every row of every table, in an order that is always the same, but for what an import notes of
    /// its own runs.
    pub async fn rows_of_all_tables(&self) -> BTreeMap<String, Vec<String>> {
        let columns = self.columns().await;
        let tables: BTreeSet<&str> = columns.iter().map(Column::table).collect();
        let mut rows = BTreeMap::new();
        for table in tables.into_iter().filter(|table| !table.starts_with("import_")) {
            let sql = match self.kind() {
                TestEngine::Postgres => {
                    format!("SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
                }
                TestEngine::Sqlite => {
                    let quoted: Vec<String> = columns
                        .iter()
                        .filter(|column| column.table() == table)
                        .map(|column| format!("quote(\"{}\")", column.name()))
                        .collect();
                    format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ' ' || "))
                }
            };
            let sql = AssertSqlSafe(sql);
            let found: Vec<String> =
                on_db!(self.db(), |c| sqlx::query_scalar(sql).fetch_all(c).await).expect("rows");
            rows.insert(table.to_owned(), found);
        }
        rows
    }
}
