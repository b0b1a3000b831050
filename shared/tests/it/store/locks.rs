//! Everything about one person is decided under one lock. On SQLite that is the whole database's; on
//! Postgres each method has to ask for it, and races that show a missing one are rare. So another
//! process holds the lock here, and every method must wait until it gives up.

use std::time::Duration;

use futures_util::future::join_all;
use shared::{
    model::{FailureKind, KeyVerdict, Provider},
    store::{CallRecord, CheckPurpose, Result, ShardRange, Spending},
    testing::{TestDb, TestEngine, limits, no_guests, run},
};

use super::stage::{
    MAX_ACTIVE, answer, calling, claimed, delivery_of, say, saying, snowflake, worker,
};

/// Whether a call waited in vain.
async fn waits<T>(
    what: &'static str,
    call: impl Future<Output = Result<T>>,
) -> Option<&'static str> {
    match call.await {
        Err(error) if error.is_transient() => None,
        _ => Some(what),
    }
}

#[test]
fn every_decision_about_a_person_waits_for_their_lock() {
    run(TestEngine::Postgres, every_decision_waits);
}

async fn every_decision_waits(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (store, dead, zero) = (db.store(), worker(&db), Duration::ZERO);
    store.register_worker(dead).await.unwrap();
    let cancelled = delivery_of(&db, say(&db, ada, 1).await).await;
    store.stop(cancelled, ada.discord).await.unwrap();
    say(&db, ada, 2).await;
    store.claim(dead, ada.id, MAX_ACTIVE).await.unwrap().unwrap();
    let (held, called) = (claimed(&db, ada, 3).await, calling(&db, ada, 4).await);
    let waiting = delivery_of(&db, say(&db, ada, 5).await).await;
    let open = store.open_deliveries(ShardRange::single()).await.unwrap().remove(0);
    let bot = shared::ids::BotId::new(&**db.clock());
    store.adopt_delivery(open.id, bot).await.unwrap();
    store.add_key_check(&db.key_check(ada, CheckPurpose::TestStored, None)).await.unwrap();
    let checking = store.claim_key_check(dead, ada.id).await.unwrap().unwrap();
    store.add_key_check(&db.key_check(ada, CheckPurpose::TestStored, None)).await.unwrap();

    let held_by_another = db.hold_lock_of(ada).await;

    let (limits, system, end) = (limits(), no_guests(), answer("Good evening."));
    let (message, record) = (saying(ada, 6), CallRecord::default());
    let did_not_wait: Vec<_> = join_all([
        Box::pin(waits("accept", store.accept(&message, &limits, &system))) as Waiting<'_>,
        Box::pin(waits("claim", store.claim(dead, ada.id, MAX_ACTIVE))),
        Box::pin(waits("give_back", store.give_back(&held, zero))),
        Box::pin(waits("fence", store.fence(&held, held.api_key_id, &Spending::default()))),
        Box::pin(waits("fail_unspent", store.fail_unspent(&held, FailureKind::Internal))),
        Box::pin(waits("unsent", store.unsent(&called, zero))),
        Box::pin(waits("finish", store.finish(&called, &end, &record))),
        Box::pin(waits("stop", store.stop(waiting, ada.discord))),
        Box::pin(waits(
            "retry",
            store.retry(cancelled, ada.discord, snowflake().into(), &limits, &system),
        )),
        Box::pin(waits("bury", store.bury(dead, Some(0)))),
        Box::pin(waits("give_up_delivery", store.give_up_delivery(&open, bot))),
        Box::pin(waits("remove_key", store.remove_key(ada.id, Provider::OpenRouter))),
        Box::pin(waits("claim_key_check", store.claim_key_check(dead, ada.id))),
        Box::pin(waits(
            "finish_key_check",
            store.finish_key_check(&checking, dead, &KeyVerdict::Rejected),
        )),
    ])
    .await
    .into_iter()
    .flatten()
    .collect();
    assert!(did_not_wait.is_empty(), "{did_not_wait:?}");
    // once the lock is let go, they all go on
    held_by_another.release().await;
    assert!(store.fail_unspent(&held, FailureKind::Internal).await.unwrap());
}

type Waiting<'a> = std::pin::Pin<Box<dyn Future<Output = Option<&'static str>> + 'a>>;
