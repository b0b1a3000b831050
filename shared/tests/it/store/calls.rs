use std::time::Duration;

use shared::{
    model::{FailureKind, InactiveReason, Provider, RequestState},
    store::{FenceRefusal, Fenced, NoticeKind, PartialText, Spending, Stopped},
    testing::TestDb,
};

use super::stage::{
    answer, attempts, broken_off, calling, claim, claimed, delivery_of, fence, figures, finish,
    refusal, say, state, usage_row, wait, wanted, worker,
};

shared::each_engine!(
    the_fence_opens_once,
    the_fence_refuses_what_was_stopped,
    a_lost_claim_ends_nothing,
    the_fence_refuses_what_waited_too_long,
    the_fence_refuses_a_key_that_is_gone,
    the_fence_gives_back_what_was_opened_with_an_old_key,
    a_call_that_did_not_start_is_taken_back,
    a_generation_is_noted_by_the_caller_alone,
    partials_only_grow,
    partials_of_a_lost_claim_are_ignored,
    a_worker_learns_what_is_to_be_stopped,
    what_cannot_be_prepared_fails_unspent,
);

async fn the_fence_opens_once(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    assert_eq!(state(&db, request.id).await, RequestState::Claimed);
    wait(&db, 1);
    assert_eq!(fence(&db, &request).await, Fenced::MayCall);
    assert_eq!(state(&db, request.id).await, RequestState::Calling);
    assert_eq!(fence(&db, &request).await, refusal(FenceRefusal::Lost));
    let key = db.store().live_keys(ada.id).await.unwrap().remove(0);
    assert_eq!(key.last_used_at, Some(shared::clock::Clock::now(&**db.clock())));
}

async fn the_fence_refuses_what_was_stopped(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    let delivery = delivery_of(&db, request.id).await;
    assert_eq!(db.store().stop(delivery, ada.discord).await.unwrap(), Stopped::Asked);
    assert_eq!(fence(&db, &request).await, refusal(FenceRefusal::Stopped));
    assert_eq!(state(&db, request.id).await, RequestState::Cancelled);
    assert_eq!(wanted(&db, request.id).await, (true, 1));
    // whoever stops something need not be told
    assert!(db.store().due_notices().await.unwrap().is_empty());
}

/// What a worker may not call any more is ended by whoever has it, not by one that had it.
async fn a_lost_claim_ends_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let old = claimed(&db, ada, 1).await;
    assert!(db.store().give_back(&old, Duration::ZERO).await.unwrap());
    let new = claim(&db, ada).await.unwrap();
    db.store().stop(delivery_of(&db, new.id).await, ada.discord).await.unwrap();
    wait(&db, 600);
    db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    assert_eq!(fence(&db, &old).await, refusal(FenceRefusal::Lost));
    assert!(!db.store().fail_unspent(&old, FailureKind::Internal).await.unwrap());
    assert_eq!(state(&db, new.id).await, RequestState::Claimed);
    // stopped comes before expired, and both before the key
    assert_eq!(fence(&db, &new).await, refusal(FenceRefusal::Stopped));
}

async fn the_fence_refuses_what_waited_too_long(db: TestDb) {
    let ada = db.person_with_key(1).await;
    say(&db, ada, 1).await;
    wait(&db, 599);
    let request = claim(&db, ada).await.unwrap();
    wait(&db, 1);
    assert_eq!(fence(&db, &request).await, refusal(FenceRefusal::Expired));
    assert_eq!(state(&db, request.id).await, RequestState::Expired);
    let told = db.store().due_notices().await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::Failed(FailureKind::Expired));
    assert_eq!((told[0].request, told[0].user), (Some(request.id), ada.id));
    assert_eq!(usage_row(&db, request.id).await, "none");
}

async fn the_fence_refuses_a_key_that_is_gone(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let removed = claimed(&db, ada, 1).await;
    db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    assert_eq!(fence(&db, &removed).await, refusal(FenceRefusal::KeyGone));
    assert_eq!(state(&db, removed.id).await, RequestState::Failed);

    let key = db.give_key(ada, "sk-test-another").await;
    let switched_off = claimed(&db, ada, 1).await;
    assert!(db.store().switch_off_key(key, InactiveReason::Rejected).await.unwrap());
    assert!(!db.store().switch_off_key(key, InactiveReason::Rejected).await.unwrap());
    assert_eq!(fence(&db, &switched_off).await, refusal(FenceRefusal::KeyGone));
}

async fn the_fence_gives_back_what_was_opened_with_an_old_key(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    let new = db.give_key(ada, "sk-test-another").await;
    assert_eq!(fence(&db, &request).await, refusal(FenceRefusal::KeyReplaced));
    assert_eq!(state(&db, request.id).await, RequestState::Claimed);
    assert!(db.store().give_back(&request, Duration::ZERO).await.unwrap());
    let again = claim(&db, ada).await.unwrap();
    assert_eq!((again.id, again.api_key_id), (request.id, Some(new)));
    // a worker that opened nothing may not call with a user's key either
    let nothing = db.store().fence(&again, None, &Spending::default()).await.unwrap();
    assert_eq!(nothing, refusal(FenceRefusal::KeyReplaced));
    assert_eq!(fence(&db, &again).await, Fenced::MayCall);
}

async fn a_call_that_did_not_start_is_taken_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    assert!(db.store().unsent(&request, Duration::from_secs(9)).await.unwrap());
    assert!(!db.store().unsent(&request, Duration::ZERO).await.unwrap());
    assert_eq!(state(&db, request.id).await, RequestState::Queued);
    assert_eq!(attempts(&db, request.id).await, 0);
    assert_eq!(usage_row(&db, request.id).await, "none");
    assert!(!finish(&db, &request, &answer("late"), &figures(1)).await);
    assert!(claim(&db, ada).await.is_none());
    wait(&db, 9);
    let again = claim(&db, ada).await.unwrap();
    assert_eq!((again.id, again.dispatches), (request.id, 1));
    // not past the fence
    assert!(!db.store().unsent(&again, Duration::ZERO).await.unwrap());
}

async fn a_generation_is_noted_by_the_caller_alone(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = calling(&db, ada, 1).await;
    let store = db.store();
    let stranger = shared::store::ClaimedRequest {
        token: shared::ids::ClaimToken::new(&**db.clock()),
        ..request.clone()
    };
    store.note_generation(&stranger, "gen-wrong").await.unwrap();
    store.note_generation(&request, &format!("gen-\0{}", "x".repeat(200))).await.unwrap();
    let noted = db.request(request.id).await.generation;
    assert_eq!(noted, Some(format!("gen-{}", "x".repeat(96))));
    // learned only after the call was given up for lost: now its cost can be asked for
    finish(&db, &request, &broken_off(""), &shared::store::CallRecord::default()).await;
    assert_eq!(store.take_to_reconcile(9).await.unwrap().len(), 1);
}

fn partial(request: &shared::store::ClaimedRequest, rev: i64, text: &str) -> PartialText {
    PartialText { request: request.id, token: request.token, rev, text: text.into() }
}

async fn partials_only_grow(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (one, other) = (calling(&db, ada, 1).await, calling(&db, ada, 2).await);
    let store = db.store();
    store.save_partials(&[partial(&one, 2, "Once\0 upon"), partial(&other, 1, "x")]).await.unwrap();
    store.save_partials(&[partial(&one, 1, "Once")]).await.unwrap();
    store.save_partials(&[]).await.unwrap();
    let known = [(one.id, 0), (other.id, 1)];
    let newer = store.newer_partials(&known).await.unwrap();
    assert_eq!(newer, [(one.id, 2, "Once upon".to_owned())]);
    assert!(store.newer_partials(&[]).await.unwrap().is_empty());
    let both = store.newer_partials(&[(one.id, 1), (other.id, 0)]).await.unwrap();
    assert_eq!(both.len(), 2);

    finish(&db, &one, &answer("Once upon a time"), &figures(1)).await;
    assert!(store.newer_partials(&[(one.id, 0)]).await.unwrap().is_empty());
    store.save_partials(&[partial(&one, 3, "Once upon a time")]).await.unwrap();
    assert!(store.newer_partials(&[(one.id, 0)]).await.unwrap().is_empty());
}

async fn partials_of_a_lost_claim_are_ignored(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let old = calling(&db, ada, 1).await;
    db.store().save_partials(&[partial(&old, 7, "first try")]).await.unwrap();
    db.store().unsent(&old, Duration::ZERO).await.unwrap();
    let new = claim(&db, ada).await.unwrap();
    // claimed is not calling yet
    db.store().save_partials(&[partial(&new, 1, "too early")]).await.unwrap();
    fence(&db, &new).await;
    db.store().save_partials(&[partial(&old, 8, "stale")]).await.unwrap();
    // a new call counts from the beginning
    db.store().save_partials(&[partial(&new, 1, "second try")]).await.unwrap();
    let found = db.store().newer_partials(&[(new.id, 0)]).await.unwrap();
    assert_eq!(found, [(new.id, 1, "second try".to_owned())]);
}

async fn a_worker_learns_what_is_to_be_stopped(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (mine, its) = (worker(&db), worker(&db));
    let request = say(&db, ada, 1).await;
    db.store().claim(mine, ada.id, 3).await.unwrap().unwrap();
    assert!(db.store().stop_requested(mine).await.unwrap().is_empty());
    db.store().stop(delivery_of(&db, request).await, ada.discord).await.unwrap();
    assert_eq!(db.store().stop_requested(mine).await.unwrap(), [request]);
    assert!(db.store().stop_requested(its).await.unwrap().is_empty());
}

async fn what_cannot_be_prepared_fails_unspent(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let request = claimed(&db, ada, 1).await;
    let store = db.store();
    assert!(store.fail_unspent(&request, FailureKind::KeyUnreadable).await.unwrap());
    assert!(!store.fail_unspent(&request, FailureKind::KeyUnreadable).await.unwrap());
    assert_eq!(state(&db, request.id).await, RequestState::Failed);
    assert_eq!(wanted(&db, request.id).await, (true, 1));
    let told = store.due_notices().await.unwrap();
    assert_eq!(told[0].kind, NoticeKind::Failed(FailureKind::KeyUnreadable));
    assert_eq!(usage_row(&db, request.id).await, "none");
    // past the fence it is not unspent
    let called = calling(&db, ada, 1).await;
    assert!(!store.fail_unspent(&called, FailureKind::Internal).await.unwrap());
}
