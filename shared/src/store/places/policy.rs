//! What the moderators of a server allow.

use super::{
    super::{
        Place, Result, Store,
        db::{Tx, on_db, on_tx},
    },
    Rule,
};
use crate::ids::{ChannelId, GuildId, PersonalityId, RequestId};

/// What the moderators of a server allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerPolicy {
    /// Nobody speaks there.
    pub is_off: bool,
    /// Where personalities speak. A channel's rule holds in its threads.
    pub channels: Rule<ChannelId>,
    /// Who speaks.
    pub personalities: Rule<PersonalityId>,
}

impl ServerPolicy {
    /// Whether anybody may speak there.
    #[must_use]
    pub fn is_open(&self, place: &Place) -> bool {
        let ids = [place.channel, place.lane_channel()];
        !self.is_off && self.channels.allows(&ids)
    }

    /// Whether this personality may speak there.
    #[must_use]
    pub fn allows(&self, place: &Place, personality: PersonalityId) -> bool {
        self.is_open(place) && self.personalities.allows(&[personality])
    }
}

/// A policy for its moderators to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerStatus {
    /// The policy.
    pub policy: ServerPolicy,
    /// The names of those listed that everybody may know of.
    pub names: Vec<String>,
}

const POLICY: &str =
    "SELECT is_off, only_channels, only_personalities FROM server_policies WHERE guild_id = $1";
const CHANNELS: &str =
    "SELECT channel_id FROM server_channels WHERE guild_id = $1 ORDER BY channel_id";
const PERSONALITIES: &str =
    "SELECT personality_id FROM server_personalities WHERE guild_id = $1 ORDER BY personality_id";

type PolicyRow = (bool, bool, bool);

fn policy(
    (is_off, only_channels, only_personalities): PolicyRow,
    channels: Vec<(ChannelId,)>,
    personalities: Vec<(PersonalityId,)>,
) -> ServerPolicy {
    let channels = channels.into_iter().map(|(id,)| id).collect();
    let personalities = personalities.into_iter().map(|(id,)| id).collect();
    ServerPolicy {
        is_off,
        channels: if only_channels { Rule::Only(channels) } else { Rule::AllBut(channels) },
        personalities: if only_personalities {
            Rule::Only(personalities)
        } else {
            Rule::AllBut(personalities)
        },
    }
}

impl Store {
    /// What is allowed in a server.
    pub async fn server_policy(&self, guild: GuildId) -> Result<ServerPolicy> {
        let row: Option<PolicyRow> =
            on_db!(&self.db, |c| sqlx::query_as(POLICY).bind(guild).fetch_optional(c).await?);
        let Some(row) = row else { return Ok(ServerPolicy::default()) };
        let channels =
            on_db!(&self.db, |c| sqlx::query_as(CHANNELS).bind(guild).fetch_all(c).await?);
        let personalities =
            on_db!(&self.db, |c| sqlx::query_as(PERSONALITIES).bind(guild).fetch_all(c).await?);
        Ok(policy(row, channels, personalities))
    }

    /// The same for its moderators to read. A listed personality that has become private has no name
    /// there.
    pub async fn server_status(&self, guild: GuildId) -> Result<ServerStatus> {
        const NAMES: &str = "
            SELECT p.display_name FROM server_personalities s JOIN personalities p ON p.id = s.personality_id
             WHERE s.guild_id = $1 AND p.is_public AND p.deleted_at IS NULL ORDER BY p.display_name";
        let policy = self.server_policy(guild).await?;
        let names: Vec<(String,)> =
            on_db!(&self.db, |c| sqlx::query_as(NAMES).bind(guild).fetch_all(c).await?);
        Ok(ServerStatus { policy, names: names.into_iter().map(|(name,)| name).collect() })
    }

    /// Changes what is allowed in a server; gives what is allowed now.
    pub async fn change_policy(
        &self,
        guild: GuildId,
        change: impl FnOnce(&ServerPolicy) -> ServerPolicy + Send,
    ) -> Result<ServerPolicy> {
        const TAKE: &str = "
            INSERT INTO server_policies (guild_id, updated_at) VALUES ($1, $2)
            ON CONFLICT (guild_id) DO UPDATE SET updated_at = excluded.updated_at";
        const SET: &str = "
            UPDATE server_policies SET is_off = $2, only_channels = $3, only_personalities = $4 WHERE guild_id = $1";
        let mut tx = self.db.begin().await?;
        // the row is locked from here on: two moderators change it one after the other
        on_tx!(&mut tx, |c| sqlx::query(TAKE)
            .bind(guild)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        let changed = change(&policy_in(&mut tx, guild).await?);
        on_tx!(&mut tx, |c| sqlx::query(SET)
            .bind(guild)
            .bind(changed.is_off)
            .bind(matches!(changed.channels, Rule::Only(_)))
            .bind(matches!(changed.personalities, Rule::Only(_)))
            .execute(c)
            .await?
            .rows_affected());
        list(&mut tx, guild, &changed).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Who speaks in a place where nobody is named: the oldest public personality that may.
    pub async fn default_speaker(&self, policy: &ServerPolicy) -> Result<Option<PersonalityId>> {
        const SQL: &str = "
            SELECT id FROM personalities WHERE is_public AND deleted_at IS NULL ORDER BY created_at, id";
        let all: Vec<(PersonalityId,)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?);
        let mut all = all.into_iter().map(|(id,)| id);
        Ok(all.find(|id| policy.personalities.allows(&[*id])))
    }

    /// Whether moderators forbid this personality there.
    pub(in crate::store) async fn is_forbidden(
        &self,
        tx: &mut Tx,
        place: &Place,
        personality: PersonalityId,
    ) -> Result<bool> {
        let Some(guild) = place.guild else { return Ok(false) };
        Ok(!policy_in(tx, guild).await?.allows(place, personality))
    }

    /// Whether moderators forbid that this request is answered where its answer would be seen.
    pub(in crate::store) async fn is_request_forbidden(
        &self,
        tx: &mut Tx,
        request: RequestId,
        personality: PersonalityId,
    ) -> Result<bool> {
        const SQL: &str =
            "SELECT guild_id, channel_id, thread_id FROM deliveries WHERE request_id = $1";
        let row: Option<(Option<GuildId>, ChannelId, Option<ChannelId>)> =
            on_tx!(&mut *tx, |c| sqlx::query_as(SQL).bind(request).fetch_optional(c).await?);
        let Some((guild, channel, thread)) = row else { return Ok(false) };
        self.is_forbidden(tx, &Place { guild, channel, thread }, personality).await
    }
}

async fn policy_in(tx: &mut Tx, guild: GuildId) -> Result<ServerPolicy> {
    let row: Option<PolicyRow> =
        on_tx!(&mut *tx, |c| sqlx::query_as(POLICY).bind(guild).fetch_optional(c).await?);
    let Some(row) = row else { return Ok(ServerPolicy::default()) };
    let channels = on_tx!(&mut *tx, |c| sqlx::query_as(CHANNELS).bind(guild).fetch_all(c).await?);
    let personalities =
        on_tx!(&mut *tx, |c| sqlx::query_as(PERSONALITIES).bind(guild).fetch_all(c).await?);
    Ok(policy(row, channels, personalities))
}

/// Lists what a policy lists, and nothing else.
async fn list(tx: &mut Tx, guild: GuildId, policy: &ServerPolicy) -> Result<()> {
    const CLEAR: [&str; 2] = [
        "DELETE FROM server_channels WHERE guild_id = $1",
        "DELETE FROM server_personalities WHERE guild_id = $1",
    ];
    const CHANNEL: &str = "INSERT INTO server_channels (guild_id, channel_id) VALUES ($1, $2)";
    // somebody may have deleted the personality a moment ago
    const PERSONALITY: &str = "
        INSERT INTO server_personalities (guild_id, personality_id)
        SELECT $1, id FROM personalities WHERE id = $2";
    for clear in CLEAR {
        on_tx!(&mut *tx, |c| sqlx::query(clear).bind(guild).execute(c).await?.rows_affected());
    }
    for channel in policy.channels.listed() {
        on_tx!(&mut *tx, |c| sqlx::query(CHANNEL)
            .bind(guild)
            .bind(channel)
            .execute(c)
            .await?
            .rows_affected());
    }
    for personality in policy.personalities.listed() {
        on_tx!(&mut *tx, |c| sqlx::query(PERSONALITY)
            .bind(guild)
            .bind(personality)
            .execute(c)
            .await?
            .rows_affected());
    }
    Ok(())
}
