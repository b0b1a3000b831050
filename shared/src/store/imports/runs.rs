//! Which runs there are: one that broke off has told nobody its end.

use chrono::{DateTime, Utc};

use super::super::db::on_db;
use crate::{
    ids::ImportRunId,
    store::{Result, Store},
};

/// A run that changed something, and was not taken back.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ImportRun {
    /// By which it can be.
    pub id: ImportRunId,
    /// From what.
    pub source: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it came to its end; it broke off, or goes on, where that is not known.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The runs that can be taken back, the last one first.
    pub async fn import_runs(&self) -> Result<Vec<ImportRun>> {
        const SQL: &str = "
            SELECT id, source, started_at, finished_at FROM import_runs
             WHERE undone_at IS NULL ORDER BY started_at DESC, id DESC";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?))
    }
}
