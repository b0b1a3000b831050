//! Calls one by one: the newest, and all of them page by page.

use std::ops::Range;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sums::own;
use crate::{
    ids::{GuildId, UsageId, UserId},
    model::{CostSource, Provider, RequestState},
    money::NanoUsd,
    store::{Result, Store, db::on_db, personalities::visible_to},
};

/// How many of the newest calls are told.
const NEWEST: i64 = 25;

/// A call, in short.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RecentCall {
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Who answered.
    pub model: String,
    /// How it ended.
    pub outcome: RequestState,
    /// How long it took.
    pub latency_ms: Option<i64>,
    /// What it cost, if anybody said.
    pub cost: Option<NanoUsd>,
}

/// A call, with all that its owner may know of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageRow {
    /// Its own id.
    pub id: UsageId,
    /// When it ended.
    #[sqlx(rename = "timestamp")]
    pub ended_at: DateTime<Utc>,
    /// Who was paid.
    pub provider: Provider,
    /// Who answered.
    pub model: String,
    /// Who spoke, if the person still sees them.
    pub personality: Option<String>,
    /// Where; nowhere in private.
    pub guild_id: Option<GuildId>,
    /// How it ended.
    pub outcome: RequestState,
    /// Tokens of the prompt.
    pub tokens_in: Option<i64>,
    /// Tokens of the answer.
    pub tokens_out: Option<i64>,
    /// Of the prompt, from the cache.
    pub tokens_cached: Option<i64>,
    /// Of the answer, reasoning.
    pub tokens_reasoning: Option<i64>,
    /// What it cost, if anybody said.
    #[sqlx(rename = "cost_nano_usd")]
    pub cost: Option<NanoUsd>,
    /// Who said so.
    pub cost_source: CostSource,
    /// How long it took.
    pub latency_ms: Option<i64>,
}

/// Behind which row a page begins: rows are in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageCursor(DateTime<Utc>, Uuid);

impl UsageCursor {
    /// Before everything from a moment on.
    #[must_use]
    pub const fn at(start: DateTime<Utc>) -> Self {
        Self(start, Uuid::nil())
    }

    /// Behind a row.
    #[must_use]
    pub fn behind(ended_at: DateTime<Utc>, id: UsageId) -> Self {
        Self(ended_at, id.uuid())
    }

    pub(super) const fn columns(self) -> (DateTime<Utc>, Uuid) {
        (self.0, self.1)
    }
}

impl Store {
    /// The newest calls on a person's own key, with those that failed before anything was used.
    pub async fn recent_usage(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Vec<RecentCall>> {
        const SQL: &str = concat!(
            "SELECT ended_at, model, outcome, latency_ms, cost FROM (
                SELECT l.timestamp AS ended_at, l.model AS model, l.outcome AS outcome,
                       l.latency_ms AS latency_ms, l.cost_nano_usd AS cost, l.request_id AS request_id
                  FROM usage_logs l WHERE",
            own!(),
            "UNION ALL
                SELECT r.finished_at, r.model, r.state, CAST(NULL AS bigint), CAST(0 AS bigint), r.id
                  FROM requests r
                 WHERE r.user_id = $1 AND r.finished_at >= $2 AND r.finished_at < $3 AND r.key_source = 'user'
                   AND r.state = 'failed' AND r.dispatched_at IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM usage_logs u WHERE u.request_id = r.id)
             ) calls ORDER BY ended_at DESC, request_id DESC LIMIT $4"
        );
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .bind(NEWEST)
            .fetch_all(c)
            .await?))
    }

    /// A page of what a person's own key paid for, the oldest first.
    pub async fn usage_page(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
        after: UsageCursor,
        limit: i64,
    ) -> Result<Vec<UsageRow>> {
        const SQL: &str = concat!(
            "SELECT l.id, l.timestamp, l.provider, l.model, p.display_name AS personality, l.guild_id,
                    l.outcome, l.tokens_in, l.tokens_out, l.tokens_cached, l.tokens_reasoning,
                    l.cost_nano_usd, l.cost_source, l.latency_ms
               FROM usage_logs l LEFT JOIN personalities p ON p.id = l.personality_id AND ",
            visible_to!("$1"),
            " WHERE",
            own!(),
            "AND (l.timestamp, l.id) > ($4, $5) ORDER BY l.timestamp, l.id LIMIT $6"
        );
        let (moment, id) = after.columns();
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .bind(moment)
            .bind(id)
            .bind(limit)
            .fetch_all(c)
            .await?))
    }
}
