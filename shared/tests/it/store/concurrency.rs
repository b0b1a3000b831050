//! Many at once, through connections of their own, as separate processes would be.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use shared::{
    ids::{ClaimToken, RequestId, UserId},
    model::{FailureKind, RequestState},
    store::{Accepted, CallRecord, ClaimedRequest, Fenced, Incoming, PartialText, Spending, Store},
    testing::{Person, TestDb, TestEngine, limits, message, no_guests},
};
use tokio::task::JoinSet;

use super::stage::{answer, broken_off, delivery_of, figures, saying, state, viola, worker};

shared::each_engine!(
    a_message_that_arrives_often_at_once_is_taken_once,
    workers_never_meet_in_a_conversation,
    the_limit_of_one_person_holds,
);

const MAX_ACTIVE: i64 = 2;

/// Tasks and rounds: SQLite's writers stand in one line, so it gets less to do.
fn size(db: &TestDb) -> (usize, usize) {
    match db.kind() {
        TestEngine::Sqlite => (8, 12),
        TestEngine::Postgres => (18, 12),
    }
}

/// Stores for so many tasks: every third has connections of its own.
async fn stores(db: &TestDb, tasks: usize) -> Vec<Store> {
    let own = [db.another_store().await, db.another_store().await, db.another_store().await];
    (0..tasks).map(|task| own[task % own.len()].clone()).collect()
}

async fn all<T: 'static>(mut tasks: JoinSet<T>) -> Vec<T> {
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result.unwrap());
    }
    results
}

/// The first message of somebody unknown, delivered again and again.
async fn a_message_that_arrives_often_at_once_is_taken_once(db: TestDb) {
    let bob = db.personality("Bob", None).await;
    for round in 0..4 {
        let mut tasks = JoinSet::new();
        for store in stores(&db, size(&db).0).await {
            tasks.spawn(async move {
                let system = shared::store::SystemKey { guest_daily_limit: Some(9), ..no_guests() };
                let personalities = vec![viola(), bob];
                let incoming = Incoming { personalities, ..message(round + 1, (round + 7).into()) };
                store.accept(&incoming, &limits(), &system).await.unwrap()
            });
        }
        let accepted = all(tasks).await;
        let taken: Vec<_> = accepted.iter().filter(|a| **a != Accepted::Already).collect();
        let [Accepted::Taken { requests, .. }] = taken[..] else { panic!("{taken:?}") };
        assert_eq!(requests.len(), 2);
    }
}

/// What is under way, as the workers themselves see it: a part of what the database calls active.
#[derive(Default)]
struct Floor {
    lanes: HashSet<(UserId, u64)>,
    of_user: HashMap<UserId, i64>,
    /// In which order each conversation's requests were let through the fence.
    calls: HashMap<(UserId, u64), Vec<RequestId>>,
    finished: HashSet<RequestId>,
}

impl Floor {
    fn enter(&mut self, request: &ClaimedRequest) {
        assert!(self.lanes.insert(lane_of(request)), "two workers in one conversation");
        let active = self.of_user.entry(request.user_id).or_default();
        *active += 1;
        assert!(*active <= MAX_ACTIVE, "{active} of one person at once");
    }

    fn leave(&mut self, request: &ClaimedRequest) {
        assert!(self.lanes.remove(&lane_of(request)));
        *self.of_user.get_mut(&request.user_id).unwrap() -= 1;
    }
}

fn lane_of(request: &ClaimedRequest) -> (UserId, u64) {
    (request.user_id, request.channel_id.get())
}

async fn workers_never_meet_in_a_conversation(db: TestDb) {
    let people =
        [db.person_with_key(1).await, db.person_with_key(2).await, db.person_with_key(3).await];
    let (tasks, rounds) = size(&db);
    let floor = Arc::new(Mutex::new(Floor::default()));
    let db = Arc::new(db);
    let mut running = JoinSet::new();
    for (task, store) in stores(&db, tasks).await.into_iter().enumerate() {
        let (db, floor) = (Arc::clone(&db), Arc::clone(&floor));
        running.spawn(async move {
            let mut accepted = Vec::new();
            for round in 0..rounds {
                let person = people[(task + round) % people.len()];
                match task % 3 {
                    0 => accepted.extend(say(&store, person, round).await),
                    1 => work(&db, &store, person, &floor, task + round).await,
                    _ => disturb(&db, &store, person, &mut accepted, round).await,
                }
            }
            accepted
        });
    }
    let accepted: HashSet<RequestId> = all(running).await.into_iter().flatten().collect();
    // a request that was asked to stop is cancelled at the fence; so is nothing left hanging
    for person in people {
        while db.store().has_claimable(person.id, MAX_ACTIVE).await.unwrap() {
            work(&db, db.store(), person, &floor, 1).await;
        }
    }
    assert!(accepted.len() > tasks);
    for request in &accepted {
        let state = state(&db, *request).await;
        assert!(
            matches!(
                state,
                RequestState::Answered | RequestState::Interrupted | RequestState::Cancelled
            ),
            "{state}"
        );
        delivery_of(&db, *request).await;
    }
    let (usage, requests) = (db.usage().await, db.requests().await);
    let places: HashMap<_, _> = requests.iter().map(|request| (request.id, request.seq)).collect();
    let floor = floor.lock().unwrap();
    assert_eq!(usage.len(), floor.finished.len());
    for calls in floor.calls.values() {
        assert!(calls.iter().map(|request| places[request]).is_sorted());
    }
}

async fn say(store: &Store, person: Person, round: usize) -> Vec<RequestId> {
    let incoming = saying(person, 1 + (round % 3) as u64);
    match store.accept(&incoming, &limits(), &no_guests()).await.unwrap() {
        Accepted::Taken { requests, .. } => requests,
        Accepted::Refused { .. } => Vec::new(),
        Accepted::Already => panic!("never said before"),
    }
}

async fn work(db: &TestDb, store: &Store, person: Person, floor: &Mutex<Floor>, round: usize) {
    let worker = worker(db);
    let Some(request) = store.claim(worker, person.id, MAX_ACTIVE).await.unwrap() else { return };
    floor.lock().unwrap().enter(&request);
    tokio::task::yield_now().await;
    // whatever may end the request in the database comes after this
    floor.lock().unwrap().leave(&request);
    if round.is_multiple_of(5) {
        assert!(store.give_back(&request, Duration::ZERO).await.unwrap());
        return;
    }
    if store.fence(&request, request.api_key_id, &Spending::default()).await.unwrap()
        != Fenced::MayCall
    {
        return;
    }
    floor.lock().unwrap().enter(&request);
    floor.lock().unwrap().calls.entry(lane_of(&request)).or_default().push(request.id);
    let text = "so far".to_owned();
    let partial = PartialText { request: request.id, token: request.token, rev: 1, text };
    store.save_partials(&[partial]).await.unwrap();
    tokio::task::yield_now().await;
    floor.lock().unwrap().leave(&request);
    let (end, record) = if round.is_multiple_of(4) {
        (broken_off("so far"), CallRecord::default())
    } else {
        (answer("all of it"), figures(1))
    };
    floor.lock().unwrap().finished.insert(request.id);
    assert!(store.finish(&request, &end, &record).await.unwrap());
}

/// Says something, and stops it before or while somebody works on it.
async fn disturb(
    db: &TestDb,
    store: &Store,
    person: Person,
    accepted: &mut Vec<RequestId>,
    round: usize,
) {
    let said = say(store, person, round).await;
    for request in &said {
        let delivery = delivery_of(db, *request).await;
        store.stop(delivery, person.discord).await.unwrap();
    }
    accepted.extend(said);
    store.claimable_users(MAX_ACTIVE, 10).await.unwrap();
}

/// Everything that one person has may be claimed at once, by more workers than may.
async fn the_limit_of_one_person_holds(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for round in 0..4 {
        for channel in 1..=5 {
            db.store()
                .accept(&saying(ada, 10 * round + channel), &limits(), &no_guests())
                .await
                .unwrap();
        }
        let mut tasks = JoinSet::new();
        for store in stores(&db, size(&db).0).await {
            let worker = worker(&db);
            tasks.spawn(async move { store.claim(worker, ada.id, MAX_ACTIVE).await.unwrap() });
        }
        let claimed: Vec<_> = all(tasks).await.into_iter().flatten().collect();
        assert_eq!(claimed.len(), 2);
        let tokens: HashSet<ClaimToken> = claimed.iter().map(|claimed| claimed.token).collect();
        assert_eq!(tokens.len(), 2);
        let is_under_way = |state| matches!(state, RequestState::Claimed | RequestState::Calling);
        let requests = db.requests_of(ada.id).await;
        assert_eq!(requests.iter().filter(|request| is_under_way(request.state)).count(), 2);
        for request in claimed {
            assert!(db.store().fail_unspent(&request, FailureKind::Internal).await.unwrap());
        }
        for _ in 0..3 {
            let left = db.store().claim(worker(&db), ada.id, MAX_ACTIVE).await.unwrap().unwrap();
            assert!(db.store().fail_unspent(&left, FailureKind::Internal).await.unwrap());
        }
    }
}
