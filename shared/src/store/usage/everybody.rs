//! What everybody used, for whoever runs the bot: ids and figures.

use chrono::{DateTime, Utc};

use super::{UsageCursor, UsageSums, sums::sums};
use crate::{
    ids::{DiscordUserId, UsageId},
    model::{CostSource, KeySource, Provider, RequestState, UsageSource},
    money::NanoUsd,
    store::{Result, Store, db::on_db},
};

/// What one account used of one model.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountUsage {
    /// Whose; nobody's whose account is no longer known here.
    #[sqlx(rename = "discord_id")]
    pub account: Option<DiscordUserId>,
    /// Who was paid.
    pub provider: Provider,
    /// Who answered.
    pub model: String,
    /// Whose key paid.
    pub key_source: KeySource,
    /// What it comes to.
    #[sqlx(flatten)]
    pub sums: UsageSums,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountCall {
    /// Its own id.
    pub id: UsageId,
    /// When it ended.
    #[sqlx(rename = "timestamp")]
    pub ended_at: DateTime<Utc>,
    /// Whose; nobody's whose account is no longer known here.
    #[sqlx(rename = "discord_id")]
    pub account: Option<DiscordUserId>,
    /// Who was paid.
    pub provider: Provider,
    /// Who answered.
    pub model: String,
    /// Whose key paid.
    pub key_source: KeySource,
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
    /// Where the counts come from.
    pub usage_source: UsageSource,
    /// How long it took.
    pub latency_ms: Option<i64>,
}

impl Store {
    /// Everybody's totals, by account, provider and model; the costliest first.
    pub async fn usage_of_everybody(&self) -> Result<Vec<AccountUsage>> {
        const SQL: &str = concat!(
            "SELECT u.discord_id, l.provider, l.model, l.key_source, ",
            sums!(),
            " FROM usage_logs l LEFT JOIN users u ON u.id = l.user_id
              GROUP BY u.discord_id, l.provider, l.model, l.key_source
              ORDER BY cost DESC, requests DESC, u.discord_id, l.provider, l.model, l.key_source"
        );
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?))
    }

    /// A page of everybody's calls, the oldest first.
    pub async fn page_of_everybody(
        &self,
        after: UsageCursor,
        limit: i64,
    ) -> Result<Vec<AccountCall>> {
        const SQL: &str = "
            SELECT l.id, l.timestamp, u.discord_id, l.provider, l.model, l.key_source, l.outcome, l.tokens_in,
                   l.tokens_out, l.tokens_cached, l.tokens_reasoning, l.cost_nano_usd, l.cost_source,
                   l.usage_source, l.latency_ms
              FROM usage_logs l LEFT JOIN users u ON u.id = l.user_id
             WHERE (l.timestamp, l.id) > ($1, $2) ORDER BY l.timestamp, l.id LIMIT $3";
        let (moment, id) = after.columns();
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(moment)
            .bind(id)
            .bind(limit)
            .fetch_all(c)
            .await?))
    }
}
