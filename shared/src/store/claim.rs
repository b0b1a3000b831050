//! T1: which request a worker takes next; T1r and T2': putting one back that was not sent.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    RequestContext, Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{
        ApiKeyId, ChannelId, ClaimToken, GuildId, PersonalityId, RequestId, SourceId, UserId,
        WorkerId,
    },
    model::{KeySource, Provider, RequestState},
};

/// What a worker may take: `$1` is the present, `$2` how many a user may have under way. The claim,
/// the sweep and "is there more?" share it: a sweep that asked for less once starved a user. A request
/// that still gathers at its time was forgotten by its bot, and is taken as it is.
macro_rules! claimable {
    () => {
        "r.state IN ('gathering', 'queued') AND r.not_before <= $1
         AND NOT EXISTS (SELECT 1 FROM requests e
                          WHERE e.user_id = r.user_id AND e.channel_id = r.channel_id
                            AND e.personality_id = r.personality_id
                            AND e.state IN ('gathering', 'queued', 'claimed', 'calling') AND e.seq < r.seq)
         AND (SELECT COUNT(*) FROM requests a
               WHERE a.user_id = r.user_id AND a.state IN ('claimed', 'calling')) < $2"
    };
}

/// A request that this worker prepares. Nothing is spent yet.
#[derive(Clone, Debug)]
pub struct ClaimedRequest {
    /// Its id.
    pub id: RequestId,
    /// The proof of the claim.
    pub token: ClaimToken,
    /// Who pays.
    pub user_id: UserId,
    /// The server, if any.
    pub guild_id: Option<GuildId>,
    /// The conversation's channel.
    pub channel_id: ChannelId,
    /// Who answers.
    pub personality_id: PersonalityId,
    /// Whose key.
    pub key_source: KeySource,
    /// The user's key.
    pub api_key_id: Option<ApiKeyId>,
    /// Who runs the model.
    pub provider: Provider,
    /// The model.
    pub model: String,
    /// Whether nothing that the personality sets may make the answer dearer.
    pub defaults_only: bool,
    /// What the prompt needs.
    pub context: RequestContext,
    /// Counts the changes of its words, so far.
    pub words_rev: i64,
    /// How often the call was tried and provably did not start.
    pub dispatches: i64,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: RequestId,
    claim_token: ClaimToken,
    user_id: UserId,
    guild_id: Option<GuildId>,
    channel_id: ChannelId,
    personality_id: PersonalityId,
    key_source: KeySource,
    api_key_id: Option<ApiKeyId>,
    provider: Provider,
    model: String,
    defaults_only: bool,
    context: Json<RequestContext>,
    words_rev: i64,
    dispatches: i64,
    created_at: DateTime<Utc>,
}

impl From<ClaimedRow> for ClaimedRequest {
    fn from(row: ClaimedRow) -> Self {
        Self {
            id: row.id,
            token: row.claim_token,
            user_id: row.user_id,
            guild_id: row.guild_id,
            channel_id: row.channel_id,
            personality_id: row.personality_id,
            key_source: row.key_source,
            api_key_id: row.api_key_id,
            provider: row.provider,
            model: row.model,
            defaults_only: row.defaults_only,
            context: row.context.0,
            words_rev: row.words_rev,
            dispatches: row.dispatches,
            created_at: row.created_at,
        }
    }
}

impl Store {
    /// Takes a user's next request for this worker, if the user may have another one under way.
    pub async fn claim(
        &self,
        worker: WorkerId,
        user: UserId,
        max_active: i64,
    ) -> Result<Option<ClaimedRequest>> {
        const SQL: &str = concat!(
            "UPDATE requests
                SET state = 'claimed', claim_token = $3, owner = $4, attempt = attempt + 1, updated_at = $1
              WHERE state IN ('gathering', 'queued')
                AND id = (SELECT r.id FROM requests r WHERE r.user_id = $5 AND ",
            claimable!(),
            " ORDER BY r.seq LIMIT 1)
             RETURNING id, claim_token, user_id, guild_id, channel_id, personality_id, key_source, api_key_id,
                       provider, model, defaults_only, context, dispatches, words_rev, created_at"
        );
        let mut tx = self.db.begin_relaxed().await?;
        lock_user(&mut tx, user).await?;
        let row: Option<ClaimedRow> = on_tx!(&mut tx, |c| sqlx::query_as(SQL)
            .bind(self.clock.now())
            .bind(max_active)
            .bind(ClaimToken::new(self.clock()))
            .bind(worker)
            .bind(user)
            .fetch_optional(c)
            .await?);
        tx.commit().await?;
        Ok(row.map(ClaimedRequest::from))
    }

    /// Users who have something to claim, the longest waiting first.
    pub async fn claimable_users(&self, max_active: i64, limit: i64) -> Result<Vec<UserId>> {
        const SQL: &str = concat!(
            "SELECT r.user_id FROM requests r WHERE ",
            claimable!(),
            " GROUP BY r.user_id ORDER BY MIN(r.not_before) LIMIT $3"
        );
        let rows: Vec<(UserId,)> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(self.clock.now())
            .bind(max_active)
            .bind(limit)
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(|(user,)| user).collect())
    }

    /// Whether this user has something to claim.
    pub async fn has_claimable(&self, user: UserId, max_active: i64) -> Result<bool> {
        const SQL: &str =
            concat!("SELECT COUNT(*) FROM requests r WHERE r.user_id = $3 AND ", claimable!());
        let (count,): (i64,) = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(self.clock.now())
            .bind(max_active)
            .bind(user)
            .fetch_one(c)
            .await?);
        Ok(count > 0)
    }

    /// The words of a request's messages, in the order in which they were written, without deleted
    /// ones. A message that only carries something has none.
    pub async fn request_texts(&self, request: RequestId) -> Result<Vec<(SourceId, String)>> {
        const SQL: &str = "
            SELECT source_id, content FROM request_sources
             WHERE request_id = $1 AND NOT withdrawn ORDER BY source_id";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(request).fetch_all(c).await?))
    }

    /// Gives a claimed request back untouched: another worker may do better (it has the master key, or
    /// is not about to stop). The claim does not count. `delay` keeps it from coming right back.
    pub async fn give_back(&self, request: &ClaimedRequest, delay: Duration) -> Result<bool> {
        let tx = self.db.begin_relaxed().await?;
        self.put_back(tx, request, RequestState::Claimed, delay).await
    }

    /// Takes the fence back, for a call that provably did not start. It waits `delay` for its next try.
    pub async fn unsent(&self, request: &ClaimedRequest, delay: Duration) -> Result<bool> {
        let tx = self.db.begin().await?;
        self.put_back(tx, request, RequestState::Calling, delay).await
    }

    async fn put_back(
        &self,
        mut tx: Tx,
        request: &ClaimedRequest,
        from: RequestState,
        delay: Duration,
    ) -> Result<bool> {
        const SQL: &str = "
            UPDATE requests
               SET state = 'queued', claim_token = NULL, owner = NULL, attempt = attempt - 1,
                   dispatched_at = NULL, not_before = $4, updated_at = $5
             WHERE id = $1 AND claim_token = $2 AND state = $3";
        let now = self.clock.now();
        lock_user(&mut tx, request.user_id).await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(request.id)
            .bind(request.token)
            .bind(from)
            .bind(now + TimeDelta::from_std(delay).unwrap_or_default())
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(changed == 1)
    }
}
