//! Requests with all that hangs on them, for comparing with a model of their lives.

use chrono::{DateTime, Utc};

use crate::{
    ids::{ApiKeyId, ChannelId, ClaimToken, PersonalityId, RequestId, UserId, WorkerId},
    model::{RequestState, UsageSource},
    store::{db::on_db, testing::TestDb},
};

/// What the database holds of a request: its own row, and what others say of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Life {
    /// Its id.
    pub id: RequestId,
    /// Its lane's channel or thread.
    pub channel_id: ChannelId,
    /// Its lane's personality.
    pub personality_id: PersonalityId,
    /// Its place among its author's requests.
    pub seq: i64,
    /// How far it is.
    pub state: RequestState,
    /// How many workers took it and did not give it back.
    pub attempt: i64,
    /// How often it passed the fence.
    pub dispatches: i64,
    /// The proof of the claim on it.
    pub claim_token: Option<ClaimToken>,
    /// The worker that has it.
    pub owner: Option<WorkerId>,
    /// Whether an end was asked for.
    pub stop_requested: bool,
    /// When it may be claimed.
    pub not_before: DateTime<Utc>,
    /// When it is too old.
    pub deadline_at: DateTime<Utc>,
    /// The key that pays.
    pub api_key_id: Option<ApiKeyId>,
    /// What arrived, once it has ended.
    pub answer: Option<String>,
    /// How many messages it is made of, without deleted ones.
    pub messages: i64,
    /// How many deliveries it has.
    pub deliveries: i64,
    /// The revision that is to be shown.
    pub want_rev: i64,
    /// Whether the text to be shown is the last.
    pub is_final: bool,
    /// Whether somebody wants the reply gone.
    pub unsaid: bool,
    /// The first request that asked for an answer to its words, if it is another one.
    pub again_of: Option<RequestId>,
    /// Whose text so far is kept.
    pub partial_token: Option<ClaimToken>,
    /// The text so far.
    pub partial: Option<String>,
    /// How often it was counted.
    pub usage_rows: i64,
    /// What it was counted as.
    pub outcome: Option<RequestState>,
    /// Where the figures come from.
    pub usage_source: Option<UsageSource>,
    /// How often it is remembered in the conversation.
    pub turns: i64,
}

impl TestDb {
    /// All that became of a person's requests, in the order in which they were made.
    pub async fn lives_of(&self, user: UserId) -> Vec<Life> {
        const SQL: &str = "
            SELECT r.id, r.channel_id, r.personality_id, r.seq, r.state, r.attempt, r.dispatches, r.claim_token, r.owner,
                   r.stop_requested, r.not_before, r.deadline_at, r.api_key_id, r.answer,
                   (SELECT COUNT(*) FROM request_sources s WHERE s.request_id = r.id AND NOT s.withdrawn) AS messages,
                   (SELECT COUNT(*) FROM deliveries e WHERE e.request_id = r.id) AS deliveries,
                   d.want_rev, d.final AS is_final, d.unsaid, r.again_of, p.token AS partial_token, p.text AS partial,
                   (SELECT COUNT(*) FROM usage_logs v WHERE v.request_id = r.id) AS usage_rows,
                   u.outcome, u.usage_source,
                   (SELECT COUNT(*) FROM turns t WHERE t.request_id = r.id) AS turns
              FROM requests r
              LEFT JOIN deliveries d ON d.request_id = r.id
              LEFT JOIN partials p ON p.request_id = r.id
              LEFT JOIN usage_logs u ON u.request_id = r.id
             WHERE r.user_id = $1 ORDER BY r.seq";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await).expect("lives")
    }
}
