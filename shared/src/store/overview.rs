//! What the owner of a local stage sees behind the curtain: how far requests are, and what the rows
//! of keys hold. No text, and of a key only its ciphertext and its end.

use chrono::{DateTime, Utc};

use super::{Result, Store, db::on_db};
use crate::{
    ids::{RequestId, UserId},
    model::{KeySource, Provider, RequestState},
    money::NanoUsd,
    secret::Last4,
};

/// A request and how far it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RequestOverview {
    /// Its id.
    pub id: RequestId,
    /// Who asked.
    pub user_id: UserId,
    /// Where it stands.
    pub state: RequestState,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// How often a worker took it.
    pub attempt: i64,
    /// When it crossed the fence.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whose key pays.
    pub key_source: KeySource,
    /// The end of that key, if it is its user's.
    pub last4: Option<Last4>,
    /// Whose model.
    pub provider: Provider,
    /// Which model.
    pub model: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// Tokens of the prompt.
    pub tokens_in: Option<i64>,
    /// Tokens of the answer.
    pub tokens_out: Option<i64>,
    /// What it cost.
    pub cost: Option<NanoUsd>,
}

/// A live key as its row holds it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyOverview {
    /// Whose.
    pub user_id: UserId,
    /// Who takes it.
    pub provider: Provider,
    /// Its end.
    pub last4: Last4,
    /// Whether it is used.
    pub is_active: bool,
    /// The nonce, in hex.
    pub iv: String,
    /// The ciphertext, in hex.
    pub content: String,
    /// The authentication tag, in hex.
    pub tag: String,
}

impl Store {
    /// The newest requests, the newest first: their ids tell the time.
    pub async fn newest_requests(&self, limit: i64) -> Result<Vec<RequestOverview>> {
        const SQL: &str = "
            SELECT r.id, r.user_id, r.state, r.created_at, r.attempt,
                   r.dispatched_at, r.finished_at, r.key_source, k.last4, r.provider, r.model, r.failure,
                   u.tokens_in, u.tokens_out, u.cost_nano_usd AS cost
              FROM requests r
              LEFT JOIN user_api_keys k ON k.id = r.api_key_id
              LEFT JOIN usage_logs u ON u.request_id = r.id
             ORDER BY r.id DESC LIMIT $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await?))
    }

    /// The keys that were stored last, the newest first.
    pub async fn newest_keys(&self, limit: i64) -> Result<Vec<KeyOverview>> {
        const SQL: &str = "
            SELECT user_id, provider, last4, is_active, iv, content, tag
              FROM user_api_keys WHERE removed_at IS NULL AND iv IS NOT NULL
             ORDER BY id DESC LIMIT $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await?))
    }
}
