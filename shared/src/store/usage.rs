//! What a person has used.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{Result, Store, db::on_db};
use crate::{ids::UserId, money::NanoUsd};

/// What one model was used for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ModelUsage {
    /// Which.
    pub model: String,
    /// Calls.
    pub requests: i64,
    /// Tokens of the prompts.
    pub tokens_in: i64,
    /// Tokens of the answers.
    pub tokens_out: i64,
    /// What they cost, as far as it is known.
    pub cost: NanoUsd,
    /// Calls whose cost nobody has said.
    pub unknown_cost: i64,
}

/// What a person used in a stretch of time, the costliest model first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageSummary {
    /// Model by model.
    pub models: Vec<ModelUsage>,
}

impl UsageSummary {
    /// Calls in all.
    #[must_use]
    pub fn requests(&self) -> i64 {
        self.models.iter().map(|model| model.requests).sum()
    }

    /// Tokens of the prompts and of the answers in all.
    #[must_use]
    pub fn tokens(&self) -> (i64, i64) {
        self.models.iter().fold((0, 0), |(i, o), model| (i + model.tokens_in, o + model.tokens_out))
    }

    /// What it cost in all, as far as it is known.
    #[must_use]
    pub fn cost(&self) -> NanoUsd {
        self.models.iter().map(|model| model.cost).sum()
    }

    /// Calls whose cost nobody has said.
    #[must_use]
    pub fn unknown_cost(&self) -> i64 {
        self.models.iter().map(|model| model.unknown_cost).sum()
    }
}

impl Store {
    /// What a person's own key paid for. The caller turns "today in Paris" into `during`.
    pub async fn usage(&self, user: UserId, during: Range<DateTime<Utc>>) -> Result<UsageSummary> {
        const SQL: &str = "
            SELECT model,
                   COUNT(*) AS requests,
                   CAST(COALESCE(SUM(tokens_in), 0) AS bigint) AS tokens_in,
                   CAST(COALESCE(SUM(tokens_out), 0) AS bigint) AS tokens_out,
                   CAST(COALESCE(SUM(cost_nano_usd), 0) AS bigint) AS cost,
                   CAST(COALESCE(SUM(CASE WHEN cost_nano_usd IS NULL THEN 1 ELSE 0 END), 0) AS bigint) AS unknown_cost
              FROM usage_logs
             WHERE user_id = $1 AND timestamp >= $2 AND timestamp < $3 AND key_source = 'user'
             GROUP BY model ORDER BY cost DESC, requests DESC, model";
        let models = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_all(c)
            .await?);
        Ok(UsageSummary { models })
    }
}
