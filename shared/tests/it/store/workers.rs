use shared::{
    ids::WorkerId,
    model::{FailureKind, RequestState},
    store::{CallRecord, ClaimedRequest, Fenced, NoticeKind, PartialText},
    testing::{Person, TestDb},
};

use super::stage::{
    MAX_ACTIVE, answer, attempts, fence, figures, finish, say, state, usage_row, wanted, worker,
};

shared::each_engine!(
    a_worker_is_known_by_its_beat,
    what_a_dead_worker_had_claimed_goes_back,
    three_dead_workers_are_enough,
    what_a_dead_worker_was_calling_is_interrupted,
    a_worker_whose_beat_moved_is_not_buried,
    an_unknown_worker_is_buried_too,
    a_dead_worker_may_come_back_with_the_answer,
);

async fn alive(db: &TestDb) -> WorkerId {
    let worker = worker(db);
    db.store().register_worker(worker).await.unwrap();
    worker
}

async fn beat_of(db: &TestDb, worker: WorkerId) -> Option<Option<i64>> {
    let beats = db.store().worker_beats().await.unwrap();
    beats.into_iter().find(|(id, _)| *id == worker).map(|(_, beat)| beat)
}

async fn take(db: &TestDb, worker: WorkerId, person: Person) -> ClaimedRequest {
    db.store().claim(worker, person.id, MAX_ACTIVE).await.unwrap().unwrap()
}

async fn a_worker_is_known_by_its_beat(db: TestDb) {
    let store = db.store();
    assert_eq!(db.workers_taking_requests().await, 0);
    let one = alive(&db).await;
    assert_eq!(beat_of(&db, one).await, Some(Some(0)));
    assert!(store.beat_worker(one).await.unwrap());
    store.register_worker(one).await.unwrap();
    assert_eq!(beat_of(&db, one).await, Some(Some(1)));
    assert_eq!(db.workers_taking_requests().await, 1);
    store.drain_worker(one).await.unwrap();
    assert_eq!(db.workers_taking_requests().await, 0);
    assert!(store.beat_worker(one).await.unwrap());
    store.unregister_worker(one).await.unwrap();
    assert!(!store.beat_worker(one).await.unwrap());
    assert_eq!(beat_of(&db, one).await, None);
}

async fn what_a_dead_worker_had_claimed_goes_back(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let (dead, other) = (alive(&db).await, alive(&db).await);
    let request = say(&db, ada, 1).await;
    let old = take(&db, dead, ada).await;
    say(&db, bea, 1).await;
    let kept = take(&db, other, bea).await;
    assert_eq!(db.store().bury(dead, Some(0)).await.unwrap(), [ada.id]);
    assert_eq!(state(&db, request).await, RequestState::Queued);
    assert_eq!(beat_of(&db, dead).await, None);
    assert!(!db.store().beat_worker(dead).await.unwrap());
    assert_eq!(state(&db, kept.id).await, RequestState::Claimed);

    let new = take(&db, other, ada).await;
    assert_eq!(new.id, request);
    assert_ne!(fence(&db, &old).await, Fenced::MayCall);
    assert_eq!(fence(&db, &new).await, Fenced::MayCall);
    assert!(!finish(&db, &old, &answer("mine"), &figures(1)).await);
}

async fn three_dead_workers_are_enough(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = say(&db, ada, 1).await;
    for attempt in 1..=3 {
        let dead = alive(&db).await;
        take(&db, dead, ada).await;
        assert_eq!(attempts(&db, request).await, attempt);
        db.store().bury(dead, Some(0)).await.unwrap();
    }
    assert_eq!(state(&db, request).await, RequestState::Failed);
    assert_eq!(wanted(&db, request).await, (true, 1));
    let told = db.store().due_notices().await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::Failed(FailureKind::Poison));
    assert_eq!(usage_row(&db, request).await, "none");
}

async fn what_a_dead_worker_was_calling_is_interrupted(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let dead = alive(&db).await;
    say(&db, ada, 1).await;
    let called = take(&db, dead, ada).await;
    fence(&db, &called).await;
    let text = "Good eve".to_owned();
    let partial = PartialText { request: called.id, token: called.token, rev: 4, text };
    db.store().save_partials(&[partial]).await.unwrap();
    db.store().note_generation(&called, "gen-1").await.unwrap();
    let waiting = say(&db, ada, 1).await;
    assert_eq!(db.store().bury(dead, Some(0)).await.unwrap(), [ada.id]);

    assert_eq!(state(&db, called.id).await, RequestState::Interrupted);
    assert_eq!(usage_row(&db, called.id).await, "interrupted, unknown");
    let kept = db.request(called.id).await;
    assert_eq!(kept.answer.as_deref(), Some("Good eve"));
    assert_eq!(kept.failure.map(FailureKind::as_str), Some("interrupted"));
    assert_eq!(wanted(&db, called.id).await, (true, 1));
    assert!(db.store().newer_partials(&[(called.id, 0)]).await.unwrap().is_empty());
    assert_eq!(db.store().take_to_reconcile(9).await.unwrap()[0].id, called.id);
    // never again, but what waited behind it goes on
    assert_eq!(take(&db, alive(&db).await, ada).await.id, waiting);
}

async fn a_worker_whose_beat_moved_is_not_buried(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let living = alive(&db).await;
    say(&db, ada, 1).await;
    let held = take(&db, living, ada).await;
    db.store().beat_worker(living).await.unwrap();
    assert!(db.store().bury(living, Some(0)).await.unwrap().is_empty());
    assert!(db.store().bury(living, None).await.unwrap().is_empty());
    assert_eq!(state(&db, held.id).await, RequestState::Claimed);
    assert_eq!(beat_of(&db, living).await, Some(Some(1)));
    assert_eq!(fence(&db, &held).await, Fenced::MayCall);
}

async fn an_unknown_worker_is_buried_too(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let ghost = worker(&db);
    say(&db, ada, 1).await;
    let held = take(&db, ghost, ada).await;
    let check = db.key_check(ada, shared::store::CheckPurpose::TestStored, None);
    db.store().add_key_check(&check).await.unwrap();
    db.store().claim_key_check(ghost, ada.id).await.unwrap().unwrap();
    assert_eq!(beat_of(&db, ghost).await, Some(None));
    assert!(db.store().bury(ghost, Some(0)).await.unwrap().is_empty());
    assert_eq!(db.store().bury(ghost, None).await.unwrap(), [ada.id]);
    assert_eq!(state(&db, held.id).await, RequestState::Queued);
    // the check it held is made by another
    assert_eq!(db.store().users_with_key_checks(9).await.unwrap(), [ada.id]);
    assert_eq!(beat_of(&db, ghost).await, None);
}

async fn a_dead_worker_may_come_back_with_the_answer(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let frozen = alive(&db).await;
    say(&db, ada, 1).await;
    let called = take(&db, frozen, ada).await;
    fence(&db, &called).await;
    db.store().bury(frozen, Some(0)).await.unwrap();
    // buried twice, by two reapers: nothing more happens
    db.store().bury(frozen, None).await.unwrap();
    assert_eq!(wanted(&db, called.id).await, (true, 1));
    assert!(finish(&db, &called, &answer("Good evening."), &figures(42)).await);
    assert_eq!(state(&db, called.id).await, RequestState::Answered);
    assert_eq!(usage_row(&db, called.id).await, "answered, stream");
    assert!(!db.store().unsent(&called, std::time::Duration::ZERO).await.unwrap());
    assert!(finish(&db, &called, &answer("Good evening."), &CallRecord::default()).await);
}
