//! What was there before a run, and what came from where.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use uuid::{Builder, Uuid};

use super::{
    super::db::{Tx, on_tx},
    Importer,
};
use crate::store::Result;

/// What a row is, in the ledger's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Personality,
    Key,
    Turn,
    Usage,
    Activation,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Personality => "personality",
            Self::Key => "key",
            Self::Turn => "turn",
            Self::Usage => "usage",
            Self::Activation => "activation",
        }
    }

    pub(super) fn from_stored(text: &str) -> Option<Self> {
        let all =
            [Self::User, Self::Personality, Self::Key, Self::Turn, Self::Usage, Self::Activation];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where a row came from.
#[derive(sqlx::FromRow)]
pub(super) struct Origin {
    pub(super) row_id: Uuid,
    pub(super) digest: String,
    pub(super) written: String,
}

/// Stands for a content: equal contents have equal digests.
pub(super) fn digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// An id that the same row of the same system always gets.
pub(super) fn stable_id(source: &str, kind: Kind, origin: &str) -> Uuid {
    let hash = Sha256::digest([source, kind.as_str(), origin].join("\0"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

impl Importer {
    /// Notes a change in the transaction that makes it.
    pub(super) async fn note(
        &mut self,
        tx: &mut Tx,
        kind: Kind,
        row: Uuid,
        before: Option<Value>,
        after: Option<&str>,
    ) -> Result<()> {
        const RUN: &str = "
            INSERT INTO import_runs (id, source, started_at) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO NOTHING";
        const BACKUP: &str = "
            INSERT INTO import_backups (run_id, position, kind, row_id, before, after)
            VALUES ($1, $2, $3, $4, $5, $6)";
        if self.kept == 0 {
            let now = self.store.clock.now();
            on_tx!(&mut *tx, |c| sqlx::query(RUN)
                .bind(self.run)
                .bind(self.source)
                .bind(now)
                .execute(c)
                .await?
                .rows_affected());
        }
        self.noted += 1;
        on_tx!(tx, |c| sqlx::query(BACKUP)
            .bind(self.run)
            .bind(self.noted)
            .bind(kind.as_str())
            .bind(row)
            .bind(before.map(Json))
            .bind(after)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Which row came from this one, if it came already.
    pub(super) async fn origin(
        &self,
        tx: &mut Tx,
        kind: Kind,
        origin: &str,
    ) -> Result<Option<Origin>> {
        const SQL: &str = "
            SELECT row_id, digest, written FROM import_origins
             WHERE source = $1 AND kind = $2 AND origin_id = $3";
        Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
            .bind(self.source)
            .bind(kind.as_str())
            .bind(origin)
            .fetch_optional(c)
            .await?))
    }

    /// Remembers where a row came from, and what it was there and here.
    pub(super) async fn remember(
        &self,
        tx: &mut Tx,
        kind: Kind,
        origin: &str,
        came: &Origin,
    ) -> Result<()> {
        const SQL: &str = "
            INSERT INTO import_origins (source, kind, origin_id, row_id, digest, written)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (source, kind, origin_id) DO UPDATE
               SET digest = excluded.digest, written = excluded.written";
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(self.source)
            .bind(kind.as_str())
            .bind(origin)
            .bind(came.row_id)
            .bind(&came.digest)
            .bind(&came.written)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}
