use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    clock::Clock,
    ids::RequestId,
    model::{TokenCounts, Usage},
    money::NanoUsd,
    store::{CallRecord, SystemKey, UsageSummary},
    testing::{TestDb, limits, no_guests},
};

use super::stage::{
    answer, broken_off, calling, claim, fence, figures, finish, saying, usage_row, wait,
};

shared::each_engine!(
    usage_is_summed_by_model_over_a_half_open_stretch,
    a_cost_that_nobody_said_is_counted_as_unknown,
    what_the_operator_paid_is_not_the_guests,
    a_call_that_broke_off_is_asked_about,
    asking_ends_after_a_day,
    reconciling_never_replaces_the_stream,
);

async fn usage_is_summed_by_model_over_a_half_open_stretch(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let start = db.clock().now();
    for (model, cost) in [("cheap/model", 1), ("dear/model", 900), ("cheap/model", 2)] {
        let request = calling(&db, ada, 1).await;
        let record = CallRecord { model: Some(model.into()), ..figures(cost) };
        finish(&db, &request, &answer("…"), &record).await;
        wait(&db, 60);
    }
    let of_bea = calling(&db, bea, 1).await;
    finish(&db, &of_bea, &answer("…"), &figures(5)).await;

    let minute = |n| start + TimeDelta::minutes(n);
    let usage = async |from: DateTime<Utc>, to| db.store().usage(ada.id, from..to).await.unwrap();
    let all = usage(minute(0), minute(3)).await;
    let models: Vec<_> = all.models.iter().map(|m| (m.model.as_str(), m.requests)).collect();
    assert_eq!(models, [("dear/model", 1), ("cheap/model", 2)]);
    assert_eq!((all.requests(), all.tokens(), all.unknown_cost()), (3, (30, 15), 0));
    assert_eq!(all.cost(), NanoUsd::from_nanos(903));
    // the beginning is inside, the end is not
    assert_eq!(usage(minute(1), minute(2)).await.cost(), NanoUsd::from_nanos(900));
    let after = minute(1) + TimeDelta::microseconds(1);
    assert_eq!(usage(after, minute(2)).await, UsageSummary::default());
}

async fn a_cost_that_nobody_said_is_counted_as_unknown(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &broken_off("Good"), &CallRecord::default()).await;
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &answer("Good evening."), &figures(0)).await;
    let now = db.clock().now();
    let usage = db.store().usage(ada.id, now..now + TimeDelta::seconds(1)).await.unwrap();
    assert_eq!((usage.requests(), usage.unknown_cost(), usage.tokens()), (2, 1, (10, 5)));
}

async fn what_the_operator_paid_is_not_the_guests(db: TestDb) {
    let guest = db.person(5).await;
    let system = SystemKey { guest_daily_limit: Some(9), ..no_guests() };
    db.store().accept(&saying(guest, 1), &limits(), &system).await.unwrap();
    let request = claim(&db, guest).await.unwrap();
    assert_eq!(fence(&db, &request).await, shared::store::Fenced::MayCall);
    finish(&db, &request, &answer("Good evening."), &figures(9)).await;
    assert_eq!(usage_row(&db, request.id).await, "answered, stream");
    let now = db.clock().now();
    let usage = db.store().usage(guest.id, now..now + TimeDelta::seconds(1)).await.unwrap();
    assert_eq!(usage.requests(), 0);
}

async fn broken_off_with_generation(db: &TestDb) -> RequestId {
    let ada = db.person_with_key(1).await;
    let request = calling(db, ada, 1).await;
    db.store().note_generation(&request, "gen-1").await.unwrap();
    finish(db, &request, &broken_off("Good"), &CallRecord::default()).await;
    request.id
}

async fn a_call_that_broke_off_is_asked_about(db: TestDb) {
    let request = broken_off_with_generation(&db).await;
    let store = db.store();
    let due = store.take_to_reconcile(9).await.unwrap();
    assert_eq!((due.len(), due[0].id, due[0].generation_id.as_str()), (1, request, "gen-1"));
    assert_eq!((due[0].reconcile_attempts, due[0].finished_at), (0, Some(db.clock().now())));
    // put off at once, for longer each time
    assert!(store.take_to_reconcile(9).await.unwrap().is_empty());
    wait(&db, 5);
    assert_eq!(store.take_to_reconcile(9).await.unwrap()[0].reconcile_attempts, 1);
    wait(&db, 9);
    assert!(store.take_to_reconcile(9).await.unwrap().is_empty());
    wait(&db, 1);
    assert_eq!(store.take_to_reconcile(9).await.unwrap().len(), 1);

    let tokens = TokenCounts { input: Some(8), output: Some(2), ..TokenCounts::default() };
    let usage = Usage { tokens, cost: Some(NanoUsd::from_nanos(77)) };
    store.reconcile(request, Some(&usage)).await.unwrap();
    assert_eq!(usage_row(&db, request).await, "interrupted, reconciled");
    let counted = db.usage_for(request).await.unwrap();
    assert_eq!((counted.cost, counted.tokens), (Some(NanoUsd::from_nanos(77)), Some(10)));
    wait(&db, 3600);
    assert!(store.take_to_reconcile(9).await.unwrap().is_empty());
}

async fn asking_ends_after_a_day(db: TestDb) {
    let request = broken_off_with_generation(&db).await;
    wait(&db, 24 * 3600 + 1);
    assert_eq!(db.store().take_to_reconcile(9).await.unwrap()[0].id, request);
    wait(&db, 24 * 3600);
    assert!(db.store().take_to_reconcile(9).await.unwrap().is_empty());
    db.store().reconcile(request, None).await.unwrap();
    assert_eq!(usage_row(&db, request).await, "interrupted, unknown");
}

async fn reconciling_never_replaces_the_stream(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    finish(&db, &request, &answer("Good evening."), &figures(42)).await;
    db.store().reconcile(request.id, Some(&Usage::default())).await.unwrap();
    assert_eq!(usage_row(&db, request.id).await, "answered, stream");
    let counted = db.usage_for(request.id).await.unwrap();
    assert_eq!(counted.cost, Some(NanoUsd::from_nanos(42)));
}
