//! All that somebody gets who takes the database along.

use std::fs;

use secrecy::ExposeSecret;
use sqlx::PgPool;

use super::TestDb;
use crate::store::Engine;

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
}
