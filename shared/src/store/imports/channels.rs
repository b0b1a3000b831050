//! Who speaks in a channel unasked.

use serde::{Deserialize, Serialize};

use super::{
    super::db::{Tx, on_db, on_tx},
    Done, Importer,
    ledger::{Kind, Origin, stable_id},
};
use crate::{
    formats::export::ExportedChannel,
    ids::{ChannelId, GuildId, PersonalityId},
    store::{Result, Store, StoreError},
};

/// A personality that spoke in a channel unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OlderActivation {
    /// The server.
    pub guild: GuildId,
    /// The channel or thread.
    pub channel: ChannelId,
    /// Who.
    pub personality: PersonalityId,
    /// Its place among those who do there; unset, the last.
    pub position: Option<i64>,
}

/// What a run has made of it.
#[derive(Serialize, Deserialize)]
struct Made {
    channel: ChannelId,
    personality: PersonalityId,
    /// The channel had not decided anything before.
    first: bool,
}

impl Importer {
    /// Lets a personality speak in a channel unasked.
    pub async fn activation(&mut self, activation: &OlderActivation) -> Result<Done> {
        const CHANNEL: &str = "
            INSERT INTO active_channels (channel_id, guild_id, updated_at) VALUES ($1, $2, $3)
            ON CONFLICT (channel_id) DO NOTHING";
        const ACTIVATION: &str = "
            INSERT INTO activations (channel_id, personality_id, position)
            SELECT $1, $2, COALESCE($3, (SELECT COALESCE(MAX(position), 0) + 1 FROM activations
                                          WHERE channel_id = $1))
             WHERE NOT EXISTS (SELECT 1 FROM activations WHERE channel_id = $1 AND personality_id = $2)";
        let OlderActivation { guild, channel, personality, position } = *activation;
        let mut tx = self.begin().await?;
        let origin = format!("{channel}/{personality}");
        // what somebody has deactivated since stays so
        let mut done = Done::Unchanged;
        if self.origin(&mut tx, Kind::Activation, &origin).await?.is_none() {
            let now = self.store.clock.now();
            let first = on_tx!(&mut tx, |c| sqlx::query(CHANNEL)
                .bind(channel)
                .bind(guild)
                .bind(now)
                .execute(c)
                .await?
                .rows_affected());
            let added = on_tx!(&mut tx, |c| sqlx::query(ACTIVATION)
                .bind(channel)
                .bind(personality)
                .bind(position)
                .execute(c)
                .await?
                .rows_affected());
            if added == 1 {
                let id = stable_id(self.source, Kind::Activation, &origin);
                let made = Made { channel, personality, first: first == 1 };
                let made = serde_json::to_string(&made)
                    .map_err(|_| StoreError::Inconsistent("import_backups"))?;
                self.note(&mut tx, Kind::Activation, id, None, Some(&made)).await?;
                let came = Origin { row_id: id, digest: String::new(), written: String::new() };
                self.remember(&mut tx, Kind::Activation, &origin, &came).await?;
                done = Done::Created;
            }
        }
        self.end(tx).await?;
        Ok(done)
    }
}

impl Store {
    /// Where a personality speaks unasked.
    pub(super) async fn exported_channels(
        &self,
        personality: PersonalityId,
    ) -> Result<Vec<ExportedChannel>> {
        const SQL: &str = "
            SELECT c.guild_id, c.channel_id, a.position
              FROM activations a JOIN active_channels c ON c.channel_id = a.channel_id
             WHERE a.personality_id = $1 ORDER BY c.channel_id";
        let found: Vec<(GuildId, ChannelId, i64)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(personality).fetch_all(c).await?);
        let channel = |(guild, channel, position)| ExportedChannel { guild, channel, position };
        Ok(found.into_iter().map(channel).collect())
    }
}

/// Takes back what a run has made.
pub(super) async fn undo(tx: &mut Tx, made: &str) -> Result<()> {
    const ACTIVATION: &str =
        "DELETE FROM activations WHERE channel_id = $1 AND personality_id = $2";
    const CHANNEL: &str = "
        DELETE FROM active_channels
         WHERE channel_id = $1 AND NOT EXISTS (SELECT 1 FROM activations a WHERE a.channel_id = $1)";
    let made: Made =
        serde_json::from_str(made).map_err(|_| StoreError::Inconsistent("import_backups"))?;
    on_tx!(&mut *tx, |c| sqlx::query(ACTIVATION)
        .bind(made.channel)
        .bind(made.personality)
        .execute(c)
        .await?
        .rows_affected());
    if made.first {
        on_tx!(tx, |c| sqlx::query(CHANNEL).bind(made.channel).execute(c).await?.rows_affected());
    }
    Ok(())
}
