//! What the database holds of two people's requests, in the model's words.

use chrono::{DateTime, Utc};
use shared::{
    ids::{ApiKeyId, ClaimToken, RequestId, WorkerId},
    model::{RequestState, UsageSource},
    testing::{Person, TestDb},
};

use super::model::{Model, Request, partial_text};

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: RequestId,
    pub(super) channel_id: i64,
    pub(super) personality_id: uuid::Uuid,
    pub(super) seq: i64,
    pub(super) state: RequestState,
    pub(super) attempt: i64,
    pub(super) dispatches: i64,
    pub(super) claim_token: Option<ClaimToken>,
    pub(super) owner: Option<WorkerId>,
    pub(super) stop_requested: bool,
    pub(super) not_before: DateTime<Utc>,
    pub(super) deadline_at: DateTime<Utc>,
    pub(super) api_key_id: Option<ApiKeyId>,
    pub(super) answer: Option<String>,
    pub(super) messages: i64,
    pub(super) deliveries: i64,
    pub(super) want_rev: i64,
    pub(super) is_final: bool,
    pub(super) partial_token: Option<ClaimToken>,
    pub(super) partial: Option<String>,
    pub(super) usage_rows: i64,
    pub(super) outcome: Option<RequestState>,
    pub(super) usage_source: Option<UsageSource>,
    pub(super) turns: i64,
}

/// All requests of a person, in the order of their places.
pub(super) async fn of(db: &TestDb, person: Person) -> Vec<Row> {
    let sql = "
        SELECT r.id, r.channel_id, r.personality_id, r.seq, r.state, r.attempt, r.dispatches, r.claim_token, r.owner,
               r.stop_requested, r.not_before, r.deadline_at, r.api_key_id, r.answer,
               (SELECT COUNT(*) FROM request_sources s WHERE s.request_id = r.id) AS messages,
               (SELECT COUNT(*) FROM deliveries e WHERE e.request_id = r.id) AS deliveries,
               d.want_rev, d.final AS is_final, p.token AS partial_token, p.text AS partial,
               (SELECT COUNT(*) FROM usage_logs v WHERE v.request_id = r.id) AS usage_rows,
               u.outcome, u.usage_source,
               (SELECT COUNT(*) FROM turns t WHERE t.request_id = r.id) AS turns
          FROM requests r
          LEFT JOIN deliveries d ON d.request_id = r.id
          LEFT JOIN partials p ON p.request_id = r.id
          LEFT JOIN usage_logs u ON u.request_id = r.id
         WHERE r.user_id = $1 ORDER BY r.seq";
    db.rows_of(sql, person.id.uuid()).await
}

/// What the rows should be.
pub(super) fn expected(model: &Model, user: usize, world: &World) -> Vec<Row> {
    let mut requests: Vec<_> = model.requests.iter().filter(|r| r.lane.0 == user).collect();
    requests.sort_by_key(|r| r.seq);
    requests.into_iter().map(|request| row(request, world)).collect()
}

/// The names that the model's small numbers stand for.
pub(super) struct World {
    pub(super) channels: [u64; 2],
    pub(super) personalities: [uuid::Uuid; 2],
    pub(super) workers: Vec<WorkerId>,
}

fn row(r: &Request, world: &World) -> Row {
    let source = |stream| if stream { UsageSource::Stream } else { UsageSource::Unknown };
    Row {
        id: r.id,
        channel_id: world.channels[r.lane.1].cast_signed(),
        personality_id: world.personalities[r.lane.2],
        seq: r.seq,
        state: r.state,
        attempt: r.attempt,
        dispatches: r.dispatches,
        claim_token: r.token,
        owner: r.owner.map(|index| world.workers[index]),
        stop_requested: r.stop,
        not_before: r.not_before,
        deadline_at: r.deadline,
        api_key_id: Some(r.key),
        answer: r.answer.clone(),
        messages: i64::try_from(r.messages).unwrap(),
        deliveries: 1,
        want_rev: r.shown,
        is_final: r.shown > 0,
        partial_token: r.partial.map(|(token, _)| token),
        partial: r.partial.map(|(_, rev)| partial_text(rev)),
        usage_rows: i64::from(r.usage.is_some()),
        outcome: r.usage.map(|(outcome, _)| outcome),
        usage_source: r.usage.map(|(_, stream)| source(stream)),
        turns: i64::from(r.state == RequestState::Answered),
    }
}
