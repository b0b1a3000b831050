use std::time::Duration;

use shared::{
    store::Incoming,
    testing::{Person, TestDb},
};

use super::stage::{
    MAX_ACTIVE, answer, attempts, claim, claimed, fence, figures, finish, say, saying, taken, wait,
    worker,
};

shared::each_engine!(
    a_conversation_keeps_its_order,
    conversations_run_beside_each_other_up_to_a_limit,
    the_sweep_sees_what_the_claim_takes,
    whoever_waits_longest_is_looked_at_first,
    giving_back_is_no_attempt,
    a_stale_claim_gives_nothing_back,
);

async fn a_conversation_keeps_its_order(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let first = claimed(&db, ada, 1).await;
    let second = say(&db, ada, 1).await;
    assert!(claim(&db, ada).await.is_none());
    fence(&db, &first).await;
    assert!(claim(&db, ada).await.is_none());
    finish(&db, &first, &answer("1"), &figures(1)).await;
    let next = claim(&db, ada).await.unwrap();
    assert_eq!(next.id, second);

    // what was given back comes before what was said later
    let third = say(&db, ada, 1).await;
    assert!(db.store().give_back(&next, Duration::from_secs(5)).await.unwrap());
    assert!(claim(&db, ada).await.is_none());
    wait(&db, 5);
    let again = claim(&db, ada).await.unwrap();
    assert_eq!(again.id, second);
    assert_ne!(again.token, next.token);
    assert_ne!(third, second);
}

async fn conversations_run_beside_each_other_up_to_a_limit(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let mut waiting = Vec::new();
    for channel in 1..=4 {
        waiting.push(say(&db, ada, channel).await);
    }
    say(&db, bea, 1).await;
    let mut held = Vec::new();
    for request in &waiting[..3] {
        let claimed = claim(&db, ada).await.unwrap();
        assert_eq!(claimed.id, *request);
        held.push(claimed);
    }
    assert!(claim(&db, ada).await.is_none());
    assert!(claim(&db, bea).await.is_some());
    fence(&db, &held[1]).await;
    assert!(claim(&db, ada).await.is_none());
    finish(&db, &held[1], &answer("2"), &figures(1)).await;
    assert_eq!(claim(&db, ada).await.unwrap().id, waiting[3]);
}

/// Whether the sweep, the question and the claim agree about `person`.
async fn seen(db: &TestDb, person: Person) -> bool {
    let asked = db.store().has_claimable(person.id, MAX_ACTIVE).await.unwrap();
    let swept = db.store().claimable_users(MAX_ACTIVE, 100).await.unwrap();
    assert_eq!(swept.contains(&person.id), asked);
    asked
}

async fn the_sweep_sees_what_the_claim_takes(db: TestDb) {
    let ada = db.person_with_key(1).await;
    assert!(!seen(&db, ada).await);
    let first = claimed(&db, ada, 1).await;
    say(&db, ada, 1).await;
    // behind its own conversation's active request
    assert!(!seen(&db, ada).await);
    db.store().give_back(&first, Duration::from_secs(5)).await.unwrap();
    assert!(!seen(&db, ada).await);
    wait(&db, 5);
    assert!(seen(&db, ada).await);
    claim(&db, ada).await.unwrap();
    for channel in 2..=4 {
        say(&db, ada, channel).await;
    }
    claim(&db, ada).await.unwrap();
    assert!(seen(&db, ada).await);
    claim(&db, ada).await.unwrap();
    // at the limit
    assert!(!seen(&db, ada).await);
    assert!(db.store().has_claimable(ada.id, MAX_ACTIVE + 1).await.unwrap());
}

async fn whoever_waits_longest_is_looked_at_first(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    say(&db, bea, 1).await;
    wait(&db, 1);
    say(&db, ada, 1).await;
    say(&db, ada, 2).await;
    let store = db.store();
    assert_eq!(store.claimable_users(MAX_ACTIVE, 9).await.unwrap(), [bea.id, ada.id]);
    assert_eq!(store.claimable_users(MAX_ACTIVE, 1).await.unwrap(), [bea.id]);
}

async fn giving_back_is_no_attempt(db: TestDb) {
    let ada = db.person_with_key(1).await;
    say(&db, ada, 1).await;
    for _ in 0..5 {
        let claimed = claim(&db, ada).await.unwrap();
        assert_eq!(attempts(&db, claimed.id).await, 1);
        assert!(db.store().give_back(&claimed, Duration::ZERO).await.unwrap());
        assert_eq!(attempts(&db, claimed.id).await, 0);
    }
}

async fn a_stale_claim_gives_nothing_back(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let bob = db.personality("Bob", None).await;
    let old = claimed(&db, ada, 1).await;
    assert!(db.store().give_back(&old, Duration::ZERO).await.unwrap());
    assert!(!db.store().give_back(&old, Duration::ZERO).await.unwrap());
    let new = claim(&db, ada).await.unwrap();
    assert!(!db.store().give_back(&old, Duration::ZERO).await.unwrap());
    // past the fence there is nothing to give back
    fence(&db, &new).await;
    assert!(!db.store().give_back(&new, Duration::ZERO).await.unwrap());
    taken(&db, &Incoming { personalities: vec![bob], ..saying(ada, 1) }).await;
    let other = db.store().claim(worker(&db), ada.id, 1).await.unwrap();
    assert!(other.is_none());
}
