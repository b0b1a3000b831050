//! Everything in a stretch of time, added up.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::{
    ids::UserId,
    money::NanoUsd,
    store::{Result, Store, db::on_db},
};

/// The sums over rows `l` of `usage_logs`, as [`UsageSums`] reads them.
macro_rules! sums {
    () => {
        "COUNT(*) AS requests,
         CAST(COALESCE(SUM(CASE WHEN l.outcome = 'answered' THEN 1 ELSE 0 END), 0) AS bigint) AS answered,
         CAST(COALESCE(SUM(l.tokens_in), 0) AS bigint) AS tokens_in,
         CAST(COALESCE(SUM(l.tokens_out), 0) AS bigint) AS tokens_out,
         CAST(COALESCE(SUM(l.cost_nano_usd), 0) AS bigint) AS cost,
         CAST(COALESCE(SUM(CASE WHEN l.cost_nano_usd IS NULL THEN 1 ELSE 0 END), 0) AS bigint) AS unknown_cost"
    };
}

/// The rows `l` of `usage_logs` that a person's own key paid for in a stretch of time.
macro_rules! own {
    () => {
        " l.user_id = $1 AND l.timestamp >= $2 AND l.timestamp < $3 AND l.key_source = 'user' "
    };
}
pub(super) use {own, sums};

/// What some calls come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageSums {
    /// Calls.
    pub requests: i64,
    /// Those that were answered whole.
    pub answered: i64,
    /// Tokens of the prompts.
    pub tokens_in: i64,
    /// Tokens of the answers.
    pub tokens_out: i64,
    /// What they cost, as far as it is known.
    pub cost: NanoUsd,
    /// Calls whose cost nobody has said.
    pub unknown_cost: i64,
}

/// How long answers took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Half of them took no longer.
    pub median_ms: i64,
    /// Nineteen of twenty took no longer.
    pub p95_ms: i64,
}

/// What a person used in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSummary {
    /// All calls that used something, or may have.
    pub sums: UsageSums,
    /// Calls besides that failed before anything was used.
    pub failed_free: i64,
    /// How long the answers took, if any did.
    pub latency: Option<Latency>,
}

impl UsageSums {
    /// What remains when a part is taken away; nothing less than nothing, as calls may end in between.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        let rest = |all: i64, part: i64| all.saturating_sub(part).max(0);
        Self {
            requests: rest(self.requests, part.requests),
            answered: rest(self.answered, part.answered),
            tokens_in: rest(self.tokens_in, part.tokens_in),
            tokens_out: rest(self.tokens_out, part.tokens_out),
            cost: NanoUsd::from_nanos(rest(self.cost.nanos(), part.cost.nanos())),
            unknown_cost: rest(self.unknown_cost, part.unknown_cost),
        }
    }
}

impl std::iter::Sum for UsageSums {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |all, part| Self {
            requests: all.requests + part.requests,
            answered: all.answered + part.answered,
            tokens_in: all.tokens_in + part.tokens_in,
            tokens_out: all.tokens_out + part.tokens_out,
            cost: all.cost + part.cost,
            unknown_cost: all.unknown_cost + part.unknown_cost,
        })
    }
}

impl Store {
    /// What a person's own key paid for, in all.
    pub async fn usage(&self, user: UserId, during: Range<DateTime<Utc>>) -> Result<UsageSummary> {
        const FAILED_FREE: &str = "
            SELECT COUNT(*) FROM requests r
             WHERE r.user_id = $1 AND r.finished_at >= $2 AND r.finished_at < $3 AND r.key_source = 'user'
               AND r.state = 'failed' AND r.dispatched_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM usage_logs l WHERE l.request_id = r.id)";
        let (failed_free,): (i64,) = on_db!(&self.db, |c| sqlx::query_as(FAILED_FREE)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_one(c)
            .await?);
        let sums = self.usage_sums(user, &during).await?;
        Ok(UsageSummary { sums, failed_free, latency: self.latency(user, &during).await? })
    }

    /// The sums alone.
    pub async fn usage_sums(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<UsageSums> {
        const SQL: &str = concat!("SELECT ", sums!(), " FROM usage_logs l WHERE", own!());
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_one(c)
            .await?))
    }

    /// By nearest rank: a time that an answer really took.
    async fn latency(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Option<Latency>> {
        const COUNT: &str = concat!(
            "SELECT COUNT(*) FROM usage_logs l WHERE",
            own!(),
            "AND l.outcome = 'answered' AND l.latency_ms IS NOT NULL"
        );
        let (count,): (i64,) = on_db!(&self.db, |c| sqlx::query_as(COUNT)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_one(c)
            .await?);
        let median_ms = self.latency_at(user, during, rank(count, 50)).await?;
        let p95_ms = self.latency_at(user, during, rank(count, 95)).await?;
        Ok(median_ms.zip(p95_ms).map(|(median_ms, p95_ms)| Latency { median_ms, p95_ms }))
    }

    async fn latency_at(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
        rank: i64,
    ) -> Result<Option<i64>> {
        const SQL: &str = concat!(
            "SELECT l.latency_ms FROM usage_logs l WHERE",
            own!(),
            "AND l.outcome = 'answered' AND l.latency_ms IS NOT NULL
             ORDER BY l.latency_ms LIMIT 1 OFFSET $4"
        );
        let found: Option<(i64,)> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .bind(rank)
            .fetch_optional(c)
            .await?);
        Ok(found.map(|(latency,)| latency))
    }
}

/// Which of so many, from nought, has so many percent of them at or below it.
fn rank(count: i64, percent: i64) -> i64 {
    ((count.saturating_mul(percent) + 99) / 100 - 1).max(0)
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn ranks_are_the_nearest() {
        let of = |count| (rank(count, 50), rank(count, 95));
        assert_eq!([0, 1, 2, 3].map(of), [(0, 0), (0, 0), (0, 1), (1, 2)]);
        assert_eq!([20, 21, 100].map(of), [(9, 18), (10, 19), (49, 94)]);
    }
}
