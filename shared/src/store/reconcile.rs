//! T6: asking afterwards what a call cost that broke off.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Result, Store,
    db::{on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{RequestId, UserId},
    model::{CostSource, KeySource, Provider, Usage, UsageSource},
};

/// After so long a provider is not asked any more, and the cost stays unknown.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// A call whose cost can be asked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ToReconcile {
    /// Which request.
    pub id: RequestId,
    /// With whose key.
    pub user_id: UserId,
    /// Whether it was their own.
    pub key_source: KeySource,
    /// Whom to ask.
    pub provider: Provider,
    /// The provider's name for the call.
    pub generation_id: String,
    /// How often it was asked already.
    pub reconcile_attempts: i64,
    /// When the call ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Calls to ask about now. Each is put off at once, so that another worker does not ask as well.
    pub async fn take_to_reconcile(&self, limit: i64) -> Result<Vec<ToReconcile>> {
        const DUE: &str = "
            SELECT id, user_id, key_source, provider, generation_id, reconcile_attempts, finished_at
              FROM requests
             WHERE reconcile_at IS NOT NULL AND reconcile_at <= $1 AND generation_id IS NOT NULL
             ORDER BY reconcile_at LIMIT $2";
        const PUT_OFF: &str = "
            UPDATE requests SET reconcile_at = $2, reconcile_attempts = reconcile_attempts + 1
             WHERE id = $1 AND reconcile_attempts = $3";
        let now = self.clock.now();
        let due: Vec<ToReconcile> =
            on_db!(&self.db, |c| sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(c).await?);
        let mut taken = Vec::new();
        for call in due {
            let tired = call.finished_at.is_none_or(|ended| now - ended > GIVE_UP_AFTER);
            let doublings = call.reconcile_attempts.clamp(0, 9);
            let next = (!tired).then(|| now + TimeDelta::seconds(5 << doublings));
            let mut tx = self.db.begin_relaxed().await?;
            let mine = on_tx!(&mut tx, |c| sqlx::query(PUT_OFF)
                .bind(call.id)
                .bind(next)
                .bind(call.reconcile_attempts)
                .execute(c)
                .await?
                .rows_affected());
            tx.commit().await?;
            if mine == 1 {
                taken.push(call);
            }
        }
        Ok(taken)
    }

    /// Fills the usage row of a call that broke off. The provider's own record at the end of an answer
    /// is never replaced.
    pub async fn reconcile(&self, request: RequestId, usage: Option<&Usage>) -> Result<()> {
        const FILL: &str = "
            UPDATE usage_logs
               SET tokens_in = $2, tokens_out = $3, tokens_total = $4, tokens_cached = $5, tokens_reasoning = $6,
                   cost_nano_usd = $7, cost_source = $8, usage_source = $9
             WHERE request_id = $1 AND usage_source = 'unknown'";
        const DONE: &str = "UPDATE requests SET reconcile_at = NULL WHERE id = $1";
        const WHOSE: &str = "SELECT user_id, key_source FROM requests WHERE id = $1";
        let mut tx = self.db.begin().await?;
        let whose: Option<(UserId, KeySource)> =
            on_tx!(&mut tx, |c| sqlx::query_as(WHOSE).bind(request).fetch_optional(c).await?);
        let Some((user, key_source)) = whose else { return Ok(()) };
        lock_user(&mut tx, user).await?;
        if let Some(usage) = usage {
            let tokens = usage.tokens;
            on_tx!(&mut tx, |c| sqlx::query(FILL)
                .bind(request)
                .bind(tokens.input)
                .bind(tokens.output)
                .bind(tokens.input.zip(tokens.output).map(|(input, output)| input + output))
                .bind(tokens.cached)
                .bind(tokens.reasoning)
                .bind(usage.cost)
                .bind(if usage.cost.is_some() { CostSource::Charged } else { CostSource::Unknown })
                .bind(UsageSource::Reconciled)
                .execute(c)
                .await?
                .rows_affected());
        }
        if key_source == KeySource::User {
            self.alert_budgets(&mut tx, user).await?;
        }
        on_tx!(&mut tx, |c| sqlx::query(DONE).bind(request).execute(c).await?.rows_affected());
        tx.commit().await
    }
}
