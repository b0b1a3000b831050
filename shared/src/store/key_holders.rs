//! Which process holds which master keys: a rotation waits until all of them know the new one.
//!
//! As with workers, nobody compares clocks: each adds one to its beat, and whoever sees a beat stand
//! still for long enough may take its row away. A process that was only frozen comes back with its next
//! beat.

use chrono::{DateTime, Utc};

use super::{
    Result, Store, StoreError,
    db::{on_db, on_tx},
};
use crate::{ids::ProcessId, model::text_enum, vault::KeyId};

text_enum! {
    /// What a process does with the master key.
    pub enum ProcessRole {
        /// Seals what people type.
        Bot = "bot",
        /// Opens users' keys.
        Worker = "worker",
        /// Both.
        Troupe = "troupe",
        /// Seals the keys of another system.
        Import = "import",
    }
}

impl ProcessRole {
    /// Whether it opens users' keys.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::Worker | Self::Troupe)
    }

    /// Whether it seals anything: then its current key decides what new rows lie under.
    #[must_use]
    pub const fn seals(self) -> bool {
        !matches!(self, Self::Worker)
    }
}

/// A process that has the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// Its id, which its log names.
    pub id: ProcessId,
    /// What it does with the key.
    pub role: ProcessRole,
    /// Its number on its machine.
    pub pid: u32,
    /// The key that it seals with, then those that it opens with as well.
    pub key_ids: Vec<KeyId>,
    /// Grows as long as it lives.
    pub beat: i64,
    /// When it started.
    pub started_at: DateTime<Utc>,
}

impl KeyHolder {
    /// Whether it opens what this key sealed.
    #[must_use]
    pub fn knows(&self, key: KeyId) -> bool {
        self.key_ids.contains(&key)
    }

    /// Whether it seals with another key than this one.
    #[must_use]
    pub fn seals_with_another(&self, key: KeyId) -> bool {
        self.role.seals() && self.key_ids.first() != Some(&key)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ProcessId,
    role: ProcessRole,
    pid: i64,
    key_ids: String,
    beat: i64,
    started_at: DateTime<Utc>,
}

impl TryFrom<Row> for KeyHolder {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let inconsistent = || StoreError::Inconsistent("key_holders");
        let key_ids: std::result::Result<_, _> =
            row.key_ids.split_whitespace().map(KeyId::parse).collect();
        Ok(Self {
            id: row.id,
            role: row.role,
            pid: u32::try_from(row.pid).map_err(|_| inconsistent())?,
            key_ids: key_ids.map_err(|_| inconsistent())?,
            beat: row.beat,
            started_at: row.started_at,
        })
    }
}

impl Store {
    /// Says that this process lives and which keys it holds: at its start, and with every beat.
    pub async fn hold_keys(&self, holder: &KeyHolder) -> Result<()> {
        const SQL: &str = "
            INSERT INTO key_holders (id, role, pid, key_ids, beat, started_at) VALUES ($1, $2, $3, $4, 0, $5)
            ON CONFLICT (id) DO UPDATE SET beat = key_holders.beat + 1";
        let key_ids: Vec<String> = holder.key_ids.iter().map(KeyId::to_string).collect();
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(holder.id)
            .bind(holder.role)
            .bind(i64::from(holder.pid))
            .bind(key_ids.join(" "))
            .bind(holder.started_at)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Every process that has the master key, as far as it said so; the longest running first.
    pub async fn key_holders(&self) -> Result<Vec<KeyHolder>> {
        const SQL: &str = "
            SELECT id, role, pid, key_ids, beat, started_at FROM key_holders ORDER BY started_at, id";
        let rows: Vec<Row> = on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?);
        rows.into_iter().map(KeyHolder::try_from).collect()
    }

    /// Takes a dead process off the list, unless its beat has moved on from `beat`.
    pub async fn forget_key_holder(&self, id: ProcessId, beat: i64) -> Result<bool> {
        const SQL: &str = "DELETE FROM key_holders WHERE id = $1 AND beat = $2";
        let mut tx = self.db.begin_relaxed().await?;
        let gone = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(beat)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(gone == 1)
    }

    /// A process ends, and holds nothing any more.
    pub async fn let_go_of_keys(&self, id: ProcessId) -> Result<()> {
        const SQL: &str = "DELETE FROM key_holders WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL).bind(id).execute(c).await?.rows_affected());
        tx.commit().await
    }
}
