//! Which bot process answers for which shards. A second process for the same shards stands by, and
//! takes over when the holder's beat stops; as with workers, nobody compares clocks.

use super::{
    Result, ShardRange, Store,
    db::{on_db, on_tx},
};
use crate::ids::BotId;

/// A shard's holder, as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Lease {
    /// Which shard.
    pub shard: i64,
    /// Who holds it.
    pub owner: BotId,
    /// The holder's last beat.
    pub beat: i64,
}

impl Store {
    /// Who holds these shards now.
    pub async fn leases(&self, range: ShardRange) -> Result<Vec<Lease>> {
        const SQL: &str = "
            SELECT shard, owner, beat FROM shard_leases
             WHERE shards = $1 AND shard BETWEEN $2 AND $3 ORDER BY shard";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(range.shards())
            .bind(range.first())
            .bind(range.last())
            .fetch_all(c)
            .await?))
    }

    /// Takes all of these shards, or none: those that are free, and those whose holders' beats stand
    /// where they stood when the caller last saw them alive (`dead`).
    pub async fn take_leases(&self, range: ShardRange, bot: BotId, dead: &[Lease]) -> Result<bool> {
        const TAKE: &str = "
            INSERT INTO shard_leases (shards, shard, owner, beat) VALUES ($1, $2, $3, 0)
            ON CONFLICT (shards, shard) DO UPDATE SET owner = excluded.owner, beat = 0
             WHERE shard_leases.owner = $4 AND shard_leases.beat = $5";
        let mut tx = self.db.begin().await?;
        for shard in range.range() {
            let shard = i64::from(shard);
            let known = dead.iter().find(|lease| lease.shard == shard);
            let taken = on_tx!(&mut tx, |c| sqlx::query(TAKE)
                .bind(range.shards())
                .bind(shard)
                .bind(bot)
                .bind(known.map(|lease| lease.owner))
                .bind(known.map(|lease| lease.beat))
                .execute(c)
                .await?
                .rows_affected());
            if taken == 0 {
                return Ok(false);
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// One beat for all of these shards. `false` when any of them is not ours any more.
    pub async fn beat_leases(&self, range: ShardRange, bot: BotId) -> Result<bool> {
        const SQL: &str = "
            UPDATE shard_leases SET beat = beat + 1
             WHERE shards = $1 AND shard BETWEEN $2 AND $3 AND owner = $4";
        let mut tx = self.db.begin_relaxed().await?;
        let held = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(range.shards())
            .bind(range.first())
            .bind(range.last())
            .bind(bot)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(held == u64::try_from(range.range().count()).unwrap_or(u64::MAX))
    }

    /// Lets the shards go, so that a stand-by need not wait.
    pub async fn release_leases(&self, bot: BotId) -> Result<()> {
        const SQL: &str = "DELETE FROM shard_leases WHERE owner = $1";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL).bind(bot).execute(c).await?.rows_affected());
        tx.commit().await
    }
}
