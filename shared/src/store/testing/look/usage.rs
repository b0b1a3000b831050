//! What calls were counted as.

use chrono::{DateTime, Utc};

use crate::{
    clock::Clock,
    ids::{RequestId, UsageId, UserId},
    model::{RequestState, UsageSource},
    money::NanoUsd,
    store::{
        db::{on_db, on_tx},
        testing::TestDb,
    },
};

/// A row of the usage log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SeenUsage {
    /// How the request had ended.
    pub outcome: RequestState,
    /// Where the figures come from.
    #[sqlx(rename = "usage_source")]
    pub source: UsageSource,
    /// What it cost, if anybody said.
    #[sqlx(rename = "cost_nano_usd")]
    pub cost: Option<NanoUsd>,
    /// All tokens, if anybody said.
    #[sqlx(rename = "tokens_total")]
    pub tokens: Option<i64>,
}

impl TestDb {
    /// Everybody's usage.
    pub async fn usage(&self) -> Vec<SeenUsage> {
        const SQL: &str = "SELECT * FROM usage_logs ORDER BY timestamp, id";
        on_db!(self.db(), |c| sqlx::query_as(SQL).fetch_all(c).await).expect("usage")
    }

    /// One person's usage.
    pub async fn usage_of(&self, user: UserId) -> Vec<SeenUsage> {
        const SQL: &str = "SELECT * FROM usage_logs WHERE user_id = $1 ORDER BY timestamp, id";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await).expect("usage")
    }

    /// What a request was counted as; never twice.
    pub async fn usage_for(&self, request: RequestId) -> Option<SeenUsage> {
        const SQL: &str = "SELECT * FROM usage_logs WHERE request_id = $1";
        let mut found: Vec<SeenUsage> =
            on_db!(self.db(), |c| sqlx::query_as(SQL).bind(request).fetch_all(c).await)
                .expect("usage");
        assert!(found.len() < 2, "{found:?}");
        found.pop()
    }

    /// Calls on people's own keys that were answered: whose account, which model, and nano-dollars.
    pub async fn add_usage_rows(&self, calls: &[(u64, &str, i64)]) {
        const SQL: &str = "
            INSERT INTO usage_logs
                (id, request_id, user_id, provider, model, cost_nano_usd, cost_source, usage_source,
                 key_source, outcome, timestamp)
            VALUES ($1, $2, $3, 'openrouter', $4, $5, 'charged', 'stream', 'user', 'answered', $6)";
        for (account, model, cost) in calls {
            let user = self.person(*account).await.id;
            let clock = &**self.clock();
            let mut tx = self.db().begin().await.expect("a transaction");
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(UsageId::new(clock))
                .bind(RequestId::new(clock))
                .bind(user)
                .bind(*model)
                .bind(*cost)
                .bind(clock.now())
                .execute(c)
                .await
                .expect("usage")
                .rows_affected());
            tx.commit().await.expect("usage");
        }
    }

    /// Lets a call have ended at another moment.
    pub async fn date_usage(&self, request: RequestId, moment: DateTime<Utc>) {
        const SQL: &str = "UPDATE usage_logs SET timestamp = $2 WHERE request_id = $1";
        let mut tx = self.db().begin().await.expect("a transaction");
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(request)
            .bind(moment)
            .execute(c)
            .await
            .expect("usage")
            .rows_affected());
        tx.commit().await.expect("usage");
    }
}
