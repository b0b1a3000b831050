//! T0: a message becomes requests, or is refused. The bot has accepted nothing before this commits.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    Accepted, Incoming, Limits, Place, Refusal, ReplyBy, RequestContext, Result, Store, SystemKey,
    columns::{SealColumns, storable},
    db::{Tx, on_tx},
    gather::gathering_lasts,
    lock_user,
    payer::Payer,
};
use crate::{
    ids::{ApiKeyId, ChannelId, DeliveryId, GuildId, PersonalityId, RequestId, SourceId, UserId},
    model::{DeliveryKind, KeySource, Provider, RequestState},
};

impl Store {
    /// Takes a message: one request for each personality addressed, in one transaction, or none.
    pub async fn accept(
        &self,
        incoming: &Incoming,
        limits: &Limits,
        system: &SystemKey,
    ) -> Result<Accepted> {
        let mut tx = self.db.begin().await?;
        let user = self.ensure_user_in(&mut tx, incoming.author, &incoming.username).await?;
        let addressed: Vec<PersonalityId> = incoming.addressed();
        let count = i64::try_from(addressed.len()).unwrap_or(i64::MAX);
        let first_seq = take_seqs(&mut tx, user, count).await?;
        if already_accepted(&mut tx, incoming).await? {
            return Ok(Accepted::Already);
        }
        let mut requests = Vec::with_capacity(addressed.len());
        let mut waiting = count_waiting(&mut tx, user).await?;
        for (seq, personality) in (first_seq..).zip(addressed) {
            // deleted or made private since the bot looked
            if !Self::exists_for(&mut tx, personality, user).await? {
                return self.refuse(tx, incoming, Refusal::NoSuchPersonality).await;
            }
            if self.is_forbidden(&mut tx, &incoming.place, personality).await? {
                return self.refuse(tx, incoming, Refusal::Forbidden).await;
            }
            let payer = match self.choose_payer(&mut tx, user, personality, system).await? {
                Ok(payer) => payer,
                Err(why) => return self.refuse(tx, incoming, why).await,
            };
            if let Some(joined) =
                self.join(&mut tx, incoming, user, personality, &payer, limits).await?
            {
                requests.push(joined);
                continue;
            }
            if waiting >= limits.max_queued {
                return self.refuse(tx, incoming, Refusal::Busy { waiting }).await;
            }
            waiting += 1;
            requests.push(
                self.insert(&mut tx, incoming, user, personality, seq, &payer, limits).await?,
            );
        }
        tx.commit().await?;
        Ok(Accepted::Taken { user, requests })
    }

    /// Undoes everything but the acquaintance: the author is to be told.
    async fn refuse(&self, tx: Tx, incoming: &Incoming, why: Refusal) -> Result<Accepted> {
        drop(tx);
        let user = self.ensure_user(incoming.author, &incoming.username).await?;
        Ok(Accepted::Refused { user: user.id, why })
    }

    /// A message for a lane whose last request still waits becomes part of it, unless that one is
    /// about to end unanswered: stopped when it was claimed before, or too old. A pause before another
    /// try is not cut short by a message that has to gather first.
    async fn join(
        &self,
        tx: &mut Tx,
        incoming: &Incoming,
        user: UserId,
        personality: PersonalityId,
        payer: &Payer,
        limits: &Limits,
    ) -> Result<Option<RequestId>> {
        const LAST: &str = "
            SELECT r.id, r.state, d.kind, r.api_key_id,
                   r.retry_of IS NULL AND r.again_of IS NULL AND NOT r.stop_requested AND r.deadline_at > $4
                   AND (r.state = 'gathering' OR r.not_before <= $4 OR NOT $5)
              FROM requests r JOIN deliveries d ON d.request_id = r.id
             WHERE r.user_id = $1 AND r.channel_id = $2 AND r.personality_id = $3
             ORDER BY r.seq DESC LIMIT 1";
        const SIZE: &str = "
            SELECT COUNT(*), CAST(COALESCE(SUM(length(content)), 0) AS bigint)
              FROM request_sources WHERE request_id = $1";
        if matches!(incoming.reply_by, ReplyBy::Interaction { .. }) {
            return Ok(None);
        }
        let last: Option<(RequestId, RequestState, DeliveryKind, Option<ApiKeyId>, bool)> =
            on_tx!(tx, |c| sqlx::query_as(LAST)
                .bind(user)
                .bind(incoming.place.lane_channel())
                .bind(personality)
                .bind(self.clock.now())
                .bind(!incoming.context.awaited.is_empty())
                .fetch_optional(c)
                .await?);
        let Some((id, state, kind, key, open)) = last else { return Ok(None) };
        if !matches!(state, RequestState::Gathering | RequestState::Queued)
            || kind != incoming.reply_by.kind()
            || key != payer.key
            || !open
        {
            return Ok(None);
        }
        let (messages, chars): (i64, i64) =
            on_tx!(tx, |c| sqlx::query_as(SIZE).bind(id).fetch_one(c).await?);
        let longer = chars + i64::try_from(incoming.text.chars().count()).unwrap_or(i64::MAX / 2);
        if messages >= limits.max_joined || longer > limits.max_joined_chars {
            return Ok(None);
        }
        self.add_source(tx, id, incoming.source, personality, &incoming.text).await?;
        self.join_context(tx, id, &incoming.context).await?;
        Ok(Some(id))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one row, each decided elsewhere")]
    async fn insert(
        &self,
        tx: &mut Tx,
        incoming: &Incoming,
        user: UserId,
        personality: PersonalityId,
        seq: i64,
        payer: &Payer,
        limits: &Limits,
    ) -> Result<RequestId> {
        let id = RequestId::new(self.clock());
        let deadline = TimeDelta::from_std(limits.deadline).unwrap_or(TimeDelta::MAX);
        let row = NewRequest {
            id,
            user,
            seq,
            guild: incoming.place.guild,
            channel: incoming.place.lane_channel(),
            personality,
            key_source: payer.source,
            api_key: payer.key,
            provider: payer.provider,
            model: &payer.model,
            defaults_only: payer.defaults_only,
            context: &incoming.context,
            deadline_at: self.clock.now() + deadline,
            retry_of: None,
            again_of: None,
        };
        self.insert_request(tx, &row).await?;
        self.add_source(tx, id, incoming.source, personality, &incoming.text).await?;
        self.insert_delivery(tx, id, user, incoming.place, &incoming.reply_by).await?;
        Ok(id)
    }

    pub(super) async fn insert_request(&self, tx: &mut Tx, new: &NewRequest<'_>) -> Result<()> {
        const SQL: &str = "
            INSERT INTO requests
                (id, user_id, seq, state, guild_id, channel_id, personality_id, key_source, api_key_id, provider,
                 model, context, not_before, deadline_at, retry_of, again_of, created_at, updated_at, defaults_only)
            VALUES ($1, $2, $3, $15, $4, $5, $6, $7, $8, $9, $10, $11, $16, $13, $14, $17, $12, $12, $18)";
        let now = self.clock.now();
        let (state, not_before) = if new.context.awaited.is_empty() {
            (RequestState::Queued, now)
        } else {
            (RequestState::Gathering, now + gathering_lasts())
        };
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(new.id)
            .bind(new.user)
            .bind(new.seq)
            .bind(new.guild)
            .bind(new.channel)
            .bind(new.personality)
            .bind(new.key_source)
            .bind(new.api_key)
            .bind(new.provider)
            .bind(new.model)
            .bind(Json(new.context.to_stored()))
            .bind(now)
            .bind(new.deadline_at)
            .bind(new.retry_of)
            .bind(state)
            .bind(not_before)
            .bind(new.again_of)
            .bind(new.defaults_only)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn add_source(
        &self,
        tx: &mut Tx,
        request: RequestId,
        source: SourceId,
        personality: PersonalityId,
        text: &str,
    ) -> Result<()> {
        const SQL: &str = "
            INSERT INTO request_sources (source_id, personality_id, request_id, content, created_at)
            VALUES ($1, $2, $3, $4, $5)";
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(source)
            .bind(personality)
            .bind(request)
            .bind(storable(text).into_owned())
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn insert_delivery(
        &self,
        tx: &mut Tx,
        request: RequestId,
        user: UserId,
        place: Place,
        reply_by: &ReplyBy,
    ) -> Result<()> {
        const SQL: &str = "
            INSERT INTO deliveries
                (id, request_id, user_id, kind, guild_id, channel_id, thread_id, next_at,
                 token_iv, token_content, token_tag, token_key_id, token_expires_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $8, $8)";
        let (id, token, expires_at) = match reply_by {
            ReplyBy::Interaction { delivery, token, expires_at } => {
                (*delivery, Some(token), Some(*expires_at))
            }
            ReplyBy::Webhook | ReplyBy::Direct => (DeliveryId::new(self.clock()), None, None),
        };
        let token = SealColumns::of(token);
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(request)
            .bind(user)
            .bind(reply_by.kind())
            .bind(place.guild)
            .bind(place.channel)
            .bind(place.thread)
            .bind(self.clock.now())
            .bind(&token.iv)
            .bind(&token.content)
            .bind(&token.tag)
            .bind(&token.key_id)
            .bind(expires_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// A row of `requests` to be.
pub(super) struct NewRequest<'a> {
    pub(super) id: RequestId,
    pub(super) user: UserId,
    pub(super) seq: i64,
    pub(super) guild: Option<GuildId>,
    pub(super) channel: ChannelId,
    pub(super) personality: PersonalityId,
    pub(super) key_source: KeySource,
    pub(super) api_key: Option<ApiKeyId>,
    pub(super) provider: Provider,
    pub(super) model: &'a str,
    pub(super) defaults_only: bool,
    pub(super) context: &'a RequestContext,
    pub(super) deadline_at: DateTime<Utc>,
    pub(super) retry_of: Option<RequestId>,
    pub(super) again_of: Option<RequestId>,
}

/// Takes the user's lock and the next `count` places in their order; gives the first.
pub(super) async fn take_seqs(tx: &mut Tx, user: UserId, count: i64) -> Result<i64> {
    const SQL: &str =
        "UPDATE user_queues SET next_seq = next_seq + $2 WHERE user_id = $1 RETURNING next_seq";
    lock_user(tx, user).await?;
    let (next,): (i64,) =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).bind(count).fetch_one(c).await?);
    Ok(next - count)
}

pub(super) async fn count_waiting(tx: &mut Tx, user: UserId) -> Result<i64> {
    const SQL: &str =
        "SELECT COUNT(*) FROM requests WHERE user_id = $1 AND state IN ('gathering', 'queued')";
    let (waiting,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).fetch_one(c).await?);
    Ok(waiting)
}

async fn already_accepted(tx: &mut Tx, incoming: &Incoming) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM request_sources WHERE source_id = $1";
    let (count,): (i64,) =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(incoming.source).fetch_one(c).await?);
    Ok(count > 0)
}
