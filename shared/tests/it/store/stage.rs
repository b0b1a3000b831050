//! What most cases begin with: a message said, claimed, called, ended.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use shared::{
    ids::{DeliveryId, PersonalityId, RequestId, WorkerId},
    model::{FailureKind, FinishReason, RequestState, TokenCounts, Usage},
    money::NanoUsd,
    store::{
        Accepted, CallEnd, CallRecord, ClaimedRequest, FenceRefusal, Fenced, Incoming, Refusal,
        Spending,
    },
    testing::{Person, TestDb, VIOLA, limits, message, no_guests},
};

/// How many requests of one person may be under way in these tests, unless they say otherwise.
pub(super) const MAX_ACTIVE: i64 = 3;

/// A number that no other call gives, growing, as Discord's do.
pub(super) fn snowflake() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(super) fn viola() -> PersonalityId {
    VIOLA.parse().unwrap()
}

pub(super) fn worker(db: &TestDb) -> WorkerId {
    WorkerId::new(&**db.clock())
}

/// What becomes of a message under the ordinary limits.
pub(super) async fn accept(db: &TestDb, incoming: &Incoming) -> Accepted {
    db.store().accept(incoming, &limits(), &no_guests()).await.unwrap()
}

/// The requests that a message becomes.
pub(super) async fn taken(db: &TestDb, incoming: &Incoming) -> Vec<RequestId> {
    match accept(db, incoming).await {
        Accepted::Taken { requests, .. } => requests,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn refused(db: &TestDb, incoming: &Incoming) -> Refusal {
    match accept(db, incoming).await {
        Accepted::Refused { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

/// A message to Viola in `channel`.
pub(super) fn saying(person: Person, channel: u64) -> Incoming {
    let mut incoming = message(snowflake(), person.discord);
    incoming.place.channel = channel.into();
    incoming
}

/// The request of a new message to Viola in `channel`.
pub(super) async fn say(db: &TestDb, person: Person, channel: u64) -> RequestId {
    taken(db, &saying(person, channel)).await[0]
}

pub(super) async fn claim(db: &TestDb, person: Person) -> Option<ClaimedRequest> {
    db.store().claim(worker(db), person.id, MAX_ACTIVE).await.unwrap()
}

/// A request of a new message in `channel`, claimed.
pub(super) async fn claimed(db: &TestDb, person: Person, channel: u64) -> ClaimedRequest {
    let request = say(db, person, channel).await;
    let claimed = claim(db, person).await.unwrap();
    assert_eq!(claimed.id, request);
    claimed
}

/// A request of a new message in `channel`, past the fence.
pub(super) async fn calling(db: &TestDb, person: Person, channel: u64) -> ClaimedRequest {
    let claimed = claimed(db, person, channel).await;
    assert_eq!(fence(db, &claimed).await, Fenced::MayCall);
    claimed
}

/// The fence, for a worker that opened the right key.
pub(super) async fn fence(db: &TestDb, request: &ClaimedRequest) -> Fenced {
    db.store().fence(request, request.api_key_id, &Spending::default()).await.unwrap()
}

pub(super) fn refusal(why: FenceRefusal) -> Fenced {
    Fenced::Refused(why)
}

pub(super) fn answer(text: &str) -> CallEnd {
    CallEnd::Answered { text: text.into(), finish: FinishReason::Stop }
}

pub(super) fn rejection() -> CallEnd {
    CallEnd::Failed { failure: FailureKind::Quota }
}

pub(super) fn broken_off(text: &str) -> CallEnd {
    CallEnd::Interrupted { text: text.into(), failure: FailureKind::Transient }
}

/// The provider's figures: 10 tokens in, 5 out, at this cost.
pub(super) fn figures(nanos: i64) -> CallRecord {
    let tokens = TokenCounts { input: Some(10), output: Some(5), ..TokenCounts::default() };
    let usage = Usage { tokens, cost: Some(NanoUsd::from_nanos(nanos)) };
    CallRecord { usage: Some(usage), latency_ms: Some(900), ..CallRecord::default() }
}

pub(super) async fn finish(
    db: &TestDb,
    request: &ClaimedRequest,
    end: &CallEnd,
    record: &CallRecord,
) -> bool {
    db.store().finish(request, end, record).await.unwrap()
}

pub(super) async fn state(db: &TestDb, request: RequestId) -> RequestState {
    db.request(request).await.state
}

/// Outcome and source of the figures of a request's usage row.
pub(super) async fn usage_row(db: &TestDb, request: RequestId) -> String {
    let row = db.usage_for(request).await;
    row.map_or_else(|| "none".into(), |row| format!("{}, {}", row.outcome, row.source))
}

pub(super) async fn delivery_of(db: &TestDb, request: RequestId) -> DeliveryId {
    db.delivery_of(request).await.id
}

/// Whether a request's final text waits to be shown, and its revision.
pub(super) async fn wanted(db: &TestDb, request: RequestId) -> (bool, i64) {
    let delivery = db.delivery_of(request).await;
    (delivery.is_final, delivery.want_rev)
}

pub(super) async fn attempts(db: &TestDb, request: RequestId) -> i64 {
    db.request(request).await.attempt
}

pub(super) fn wait(db: &TestDb, seconds: i64) {
    db.clock().advance(TimeDelta::seconds(seconds));
}
