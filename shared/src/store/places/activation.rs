//! Who hears every message of a channel.
//!
//! Only public personalities: everybody there would see a private one, and talk to it. One that
//! becomes private later is silent from then on, and nobody but its owner finds out about it.

use std::collections::HashMap;

use super::super::{
    Place, Result, Store,
    db::{Tx, on_db, on_tx},
};
use crate::ids::{ChannelId, GuildId, PersonalityId};

/// What became of an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activated {
    /// It hears everything from now on.
    Done,
    /// It did before.
    Already,
    /// As many as may hear a channel do.
    Full,
    /// There is nobody like that whom everybody may talk to.
    Unknown,
}

/// Who hears every message of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActiveHere {
    /// Who, by name, in the order in which they answer.
    pub names: Vec<String>,
    /// A thread that does as its channel does.
    pub is_inherited: bool,
}

impl Store {
    /// Lets a personality hear every message of a channel or thread, one of at most `most`. A thread
    /// that did as its channel does begins with what it had.
    pub async fn activate(
        &self,
        guild: GuildId,
        place: &Place,
        personality: PersonalityId,
        most: usize,
    ) -> Result<Activated> {
        const IS_PUBLIC: &str =
            "SELECT COUNT(*) FROM personalities WHERE id = $1 AND is_public AND deleted_at IS NULL";
        let mut tx = self.db.begin().await?;
        let mut active = self.decide_for_itself(&mut tx, guild, place).await?;
        let (known,): (i64,) =
            on_tx!(&mut tx, |c| sqlx::query_as(IS_PUBLIC).bind(personality).fetch_one(c).await?);
        if known == 0 {
            return Ok(Activated::Unknown);
        }
        if active.contains(&personality) {
            return Ok(Activated::Already);
        }
        if active.len() >= most {
            return Ok(Activated::Full);
        }
        active.push(personality);
        write(&mut tx, place.lane_channel(), &active).await?;
        tx.commit().await?;
        Ok(Activated::Done)
    }

    /// Lets it hear there only what is for it. `false` if it was so before.
    pub async fn deactivate(
        &self,
        guild: GuildId,
        place: &Place,
        personality: PersonalityId,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let mut active = self.decide_for_itself(&mut tx, guild, place).await?;
        let before = active.len();
        active.retain(|active| *active != personality);
        if active.len() == before {
            return Ok(false);
        }
        write(&mut tx, place.lane_channel(), &active).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Who hears everything there, to be told.
    pub async fn active_here(&self, place: &Place) -> Result<ActiveHere> {
        const OWN: &str = "SELECT COUNT(*) FROM active_channels WHERE channel_id = $1";
        const NAMES: &str = "
            SELECT p.display_name FROM activations a JOIN personalities p ON p.id = a.personality_id
             WHERE a.channel_id = $1 AND p.is_public AND p.deleted_at IS NULL ORDER BY a.position";
        let here = place.lane_channel();
        let (own,): (i64,) =
            on_db!(&self.db, |c| sqlx::query_as(OWN).bind(here).fetch_one(c).await?);
        let decides = if own > 0 { here } else { place.channel };
        let names: Vec<(String,)> =
            on_db!(&self.db, |c| sqlx::query_as(NAMES).bind(decides).fetch_all(c).await?);
        let names = names.into_iter().map(|(name,)| name).collect();
        Ok(ActiveHere { names, is_inherited: decides != here })
    }

    /// The channels and threads of a server that decided for themselves.
    pub(super) async fn active_channels(
        &self,
        guild: GuildId,
    ) -> Result<HashMap<ChannelId, Vec<PersonalityId>>> {
        const SQL: &str = "
            SELECT c.channel_id, p.id FROM active_channels c
              LEFT JOIN activations a ON a.channel_id = c.channel_id
              LEFT JOIN personalities p ON p.id = a.personality_id AND p.is_public AND p.deleted_at IS NULL
             WHERE c.guild_id = $1 ORDER BY c.channel_id, a.position";
        let rows: Vec<(ChannelId, Option<PersonalityId>)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(guild).fetch_all(c).await?);
        let mut active: HashMap<_, Vec<_>> = HashMap::new();
        for (channel, personality) in rows {
            active.entry(channel).or_default().extend(personality);
        }
        Ok(active)
    }

    /// Takes the lock of the place's row, made if there is none, and gives who hears it so far.
    async fn decide_for_itself(
        &self,
        tx: &mut Tx,
        guild: GuildId,
        place: &Place,
    ) -> Result<Vec<PersonalityId>> {
        const HAD: &str = "SELECT COUNT(*) FROM active_channels WHERE channel_id = $1";
        const TAKE: &str = "
            INSERT INTO active_channels (channel_id, guild_id, updated_at) VALUES ($1, $2, $3)
            ON CONFLICT (channel_id) DO UPDATE SET updated_at = excluded.updated_at";
        const ACTIVE: &str = "
            SELECT p.id FROM activations a JOIN personalities p ON p.id = a.personality_id
             WHERE a.channel_id = $1 AND p.is_public AND p.deleted_at IS NULL ORDER BY a.position";
        let here = place.lane_channel();
        let (had,): (i64,) =
            on_tx!(&mut *tx, |c| sqlx::query_as(HAD).bind(here).fetch_one(c).await?);
        on_tx!(&mut *tx, |c| sqlx::query(TAKE)
            .bind(here)
            .bind(guild)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        let decides = if had > 0 { here } else { place.channel };
        let rows: Vec<(PersonalityId,)> =
            on_tx!(tx, |c| sqlx::query_as(ACTIVE).bind(decides).fetch_all(c).await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

async fn write(tx: &mut Tx, channel: ChannelId, active: &[PersonalityId]) -> Result<()> {
    const CLEAR: &str = "DELETE FROM activations WHERE channel_id = $1";
    const ADD: &str = "
        INSERT INTO activations (channel_id, personality_id, position) VALUES ($1, $2, $3)";
    on_tx!(&mut *tx, |c| sqlx::query(CLEAR).bind(channel).execute(c).await?.rows_affected());
    for (position, personality) in (0_i64..).zip(active) {
        on_tx!(&mut *tx, |c| sqlx::query(ADD)
            .bind(channel)
            .bind(personality)
            .bind(position)
            .execute(c)
            .await?
            .rows_affected());
    }
    Ok(())
}
