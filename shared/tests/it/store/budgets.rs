//! Limits that people set: counted from the log and from what is under way, under the person's lock.

use chrono::TimeDelta;
use shared::{
    budget::{Amount, Budget, BudgetPeriod, BudgetState, BudgetUnit, GuestBudget, WorstCase},
    clock::Clock,
    model::{FailureKind, RequestState, Usage},
    money::NanoUsd,
    store::{CallRecord, ClaimedRequest, FenceRefusal, Fenced, NoticeKind, Spending, SystemKey},
    testing::{Person, TestDb, limits, no_guests},
};
use tokio::task::JoinSet;

use super::stage::{
    answer, broken_off, claim, claimed, figures, finish, refusal, rejection, saying, state, wait,
};

shared::each_engine!(
    a_limit_is_set_changed_and_taken_away,
    fifty_at_once_never_spend_more_than_the_limit,
    what_is_under_way_or_unsaid_counts_at_its_worst,
    what_was_not_called_or_refused_counts_for_nothing,
    a_limit_that_only_warns_stops_nothing,
    every_part_is_told_once_in_a_period,
    a_changed_timezone_counts_from_the_next_boundary,
    a_guest_has_the_operators_limit_and_no_other,
    limits_are_their_owners_alone,
);

const fn dollars(nanos: i64) -> Amount {
    Amount::Dollars(NanoUsd::from_nanos(nanos))
}

const fn a_day(amount: Amount) -> Budget {
    Budget { period: BudgetPeriod::Day, amount, is_hard: true }
}

/// A call of at most 15 tokens for at most 100 billionths.
const WORST: Spending = Spending {
    worst: WorstCase { tokens: 15, cost: Some(NanoUsd::from_nanos(100)) },
    guests: None,
};

async fn set(db: &TestDb, person: Person, budget: &Budget) {
    db.store().set_budget(person.id, budget).await.unwrap();
}

async fn only(db: &TestDb, person: Person) -> BudgetState {
    let mut states = db.store().budgets(person.id).await.unwrap();
    assert_eq!(states.len(), 1, "{states:?}");
    states.remove(0)
}

async fn fence(db: &TestDb, request: &ClaimedRequest) -> Fenced {
    db.store().fence(request, request.api_key_id, &WORST).await.unwrap()
}

/// A call that was made and cost this.
async fn spend(db: &TestDb, person: Person, nanos: i64) {
    let request = claimed(db, person, 1).await;
    assert_eq!(fence(db, &request).await, Fenced::MayCall);
    assert!(finish(db, &request, &answer("…"), &figures(nanos)).await);
}

async fn told(db: &TestDb) -> Vec<i64> {
    let due = db.store().due_notices().await.unwrap();
    let mut parts = Vec::new();
    for notice in due {
        if let NoticeKind::Budget { percent, .. } = notice.kind {
            parts.push(percent);
        }
        db.store().close_notice(notice.id).await.unwrap();
    }
    parts
}

async fn a_limit_is_set_changed_and_taken_away(db: TestDb) {
    let ada = db.person_with_key(1).await;
    assert!(db.store().budgets(ada.id).await.unwrap().is_empty());
    set(&db, ada, &a_day(dollars(1_000))).await;
    set(&db, ada, &Budget { is_hard: false, ..a_day(dollars(2_000)) }).await;
    let monthly = Budget { period: BudgetPeriod::Month, ..a_day(Amount::Tokens(500)) };
    set(&db, ada, &monthly).await;
    spend(&db, ada, 40).await;
    let states = db.store().budgets(ada.id).await.unwrap();
    let seen: Vec<_> =
        states.iter().map(|one| (one.budget.amount, one.budget.is_hard, one.settled())).collect();
    assert_eq!(
        seen,
        [(dollars(2_000), false, dollars(40)), (Amount::Tokens(500), true, Amount::Tokens(15))]
    );
    assert!(db.store().remove_budget(ada.id, monthly.id()).await.unwrap());
    assert!(!db.store().remove_budget(ada.id, monthly.id()).await.unwrap());
    assert_eq!(only(&db, ada).await.budget.id().unit, BudgetUnit::Dollars);
}

/// Ten fit at their real price; each may cost more, so at the end some that would have fitted are
/// refused, and nothing is ever spent past the limit.
async fn fifty_at_once_never_spend_more_than_the_limit(db: TestDb) {
    const ANSWERS: usize = 50;
    let ada = db.person_with_key(1).await;
    set(&db, ada, &a_day(dollars(1_000))).await;
    let plenty = shared::store::Limits { max_queued: 100, ..limits() };
    for channel in 1..=ANSWERS as u64 {
        db.store().accept(&saying(ada, channel), &plenty, &no_guests()).await.unwrap();
    }
    let mut claims = Vec::new();
    while let Some(request) =
        db.store().claim(super::stage::worker(&db), ada.id, 100).await.unwrap()
    {
        claims.push(request);
    }
    assert_eq!(claims.len(), ANSWERS);
    let mut calls = JoinSet::new();
    for request in claims {
        let store = db.another_store().await;
        calls.spawn(async move {
            let fenced = store.fence(&request, request.api_key_id, &WORST).await.unwrap();
            if fenced == Fenced::MayCall {
                tokio::task::yield_now().await;
                assert!(store.finish(&request, &answer("…"), &figures(100)).await.unwrap());
                store.close().await;
                return 1;
            }
            assert_eq!(fenced, refusal(FenceRefusal::OverBudget));
            store.close().await;
            0
        });
    }
    let made: i64 = calls.join_all().await.into_iter().sum();
    let state = only(&db, ada).await;
    assert_eq!((made, state.settled()), (10, dollars(1_000)));
    assert_eq!((state.reserved(), state.spent.settled.tokens), (dollars(0), 150));
}

async fn what_is_under_way_or_unsaid_counts_at_its_worst(db: TestDb) {
    let ada = db.person_with_key(1).await;
    set(&db, ada, &a_day(dollars(250))).await;
    let (first, second) = (claimed(&db, ada, 1).await, claimed(&db, ada, 2).await);
    assert_eq!(fence(&db, &first).await, Fenced::MayCall);
    assert_eq!(fence(&db, &second).await, Fenced::MayCall);
    assert_eq!(only(&db, ada).await.reserved(), dollars(200));
    let third = claimed(&db, ada, 3).await;
    assert_eq!(fence(&db, &third).await, refusal(FenceRefusal::OverBudget));
    let failed = db.request(third.id).await;
    assert_eq!(
        (failed.state, failed.failure),
        (RequestState::Failed, Some(FailureKind::OverBudget))
    );
    // one ends and costs little, the other breaks off and nobody says what it cost
    finish(&db, &first, &answer("…"), &figures(10)).await;
    finish(&db, &second, &broken_off("Go"), &CallRecord::default()).await;
    let state = only(&db, ada).await;
    assert_eq!((state.settled(), state.reserved()), (dollars(10), dollars(100)));
    // until the provider says
    let usage = Usage { cost: Some(NanoUsd::from_nanos(7)), ..figures(0).usage.unwrap() };
    db.store().reconcile(second.id, Some(&usage)).await.unwrap();
    let state = only(&db, ada).await;
    assert_eq!((state.settled(), state.reserved()), (dollars(17), dollars(0)));
}

async fn what_was_not_called_or_refused_counts_for_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    set(&db, ada, &a_day(dollars(100))).await;
    let request = claimed(&db, ada, 1).await;
    assert_eq!(fence(&db, &request).await, Fenced::MayCall);
    assert!(db.store().unsent(&request, std::time::Duration::ZERO).await.unwrap());
    assert_eq!(only(&db, ada).await.left(), dollars(100));
    let again = claim(&db, ada).await.unwrap();
    assert_eq!(fence(&db, &again).await, Fenced::MayCall);
    finish(&db, &again, &rejection(), &CallRecord::default()).await;
    assert_eq!(only(&db, ada).await.left(), dollars(100));
}

async fn a_limit_that_only_warns_stops_nothing(db: TestDb) {
    let ada = db.person_with_key(1).await;
    set(&db, ada, &Budget { is_hard: false, ..a_day(dollars(50)) }).await;
    spend(&db, ada, 90).await;
    spend(&db, ada, 90).await;
    assert_eq!(only(&db, ada).await.percent(), 360);
    assert_eq!(told(&db).await, [100]);
}

async fn every_part_is_told_once_in_a_period(db: TestDb) {
    let ada = db.person_with_key(1).await;
    set(&db, ada, &a_day(dollars(1_000))).await;
    let mut heard = Vec::new();
    for nanos in [499, 1, 100, 200, 50, 50] {
        spend(&db, ada, nanos).await;
        heard.push(told(&db).await);
    }
    assert_eq!(heard, [vec![], vec![50], vec![], vec![80], vec![], vec![]]);
    wait(&db, 86_400);
    spend(&db, ada, 90).await;
    assert_eq!(told(&db).await, Vec::<i64>::new());
    // one costly call passes two marks, and the higher one says it all
    for _ in 0..7 {
        spend(&db, ada, 99).await;
    }
    assert_eq!(told(&db).await, [50]);
    // a limit that is set anew tells anew, though not within the same hour
    wait(&db, 3_600);
    set(&db, ada, &a_day(dollars(900))).await;
    spend(&db, ada, 1).await;
    assert_eq!(told(&db).await, [80]);
}

async fn a_changed_timezone_counts_from_the_next_boundary(db: TestDb) {
    let (store, ada) = (db.store(), db.person_with_key(1).await);
    // 12:00 UTC; the day in UTC ends in twelve hours
    set(&db, ada, &a_day(dollars(150))).await;
    spend(&db, ada, 100).await;
    // there it is one o'clock in the morning of the next day already
    store.set_timezone(ada.id, "Pacific/Auckland".parse().unwrap()).await.unwrap();
    let state = only(&db, ada).await;
    assert_eq!((state.settled(), state.zone.to_string().as_str()), (dollars(100), "UTC"));
    let request = claimed(&db, ada, 1).await;
    assert_eq!(fence(&db, &request).await, refusal(FenceRefusal::OverBudget));
    // another limit beside it does not begin another day either
    set(&db, ada, &a_day(Amount::Tokens(10_000))).await;
    assert_eq!(store.budgets(ada.id).await.unwrap()[0].zone.to_string(), "UTC");
    store.remove_budget(ada.id, a_day(Amount::Tokens(1)).id()).await.unwrap();
    wait(&db, 12 * 3_600);
    let state = only(&db, ada).await;
    assert_eq!(state.zone.to_string(), "Pacific/Auckland");
    assert_eq!(state.during.end - db.clock().now(), TimeDelta::hours(11));
    // what was spent since midnight there counts, though it was counted in the old day as well
    assert_eq!(state.settled(), dollars(100));
    wait(&db, 11 * 3_600);
    spend(&db, ada, 1).await;
    assert_eq!(only(&db, ada).await.settled(), dollars(1));
}

async fn a_guest_has_the_operators_limit_and_no_other(db: TestDb) {
    let guest = db.person(1).await;
    set(&db, guest, &a_day(dollars(1))).await;
    let system = SystemKey { guest_daily_limit: Some(50), ..no_guests() };
    let ask = async |is_soft| {
        db.store().accept(&saying(guest, 1), &limits(), &system).await.unwrap();
        let request = claim(&db, guest).await.unwrap();
        let guests = Some(GuestBudget { tokens: 40, is_soft });
        let fenced = db.store().fence(&request, None, &Spending { guests, ..WORST }).await.unwrap();
        if fenced == Fenced::MayCall {
            finish(&db, &request, &answer("…"), &figures(100)).await;
        }
        (fenced, state(&db, request.id).await)
    };
    let answered = (Fenced::MayCall, RequestState::Answered);
    assert_eq!(ask(false).await, answered);
    assert_eq!(ask(false).await, answered);
    // 30 of 40 are used, and the next may take 15
    let refused = (refusal(FenceRefusal::GuestBudget), RequestState::Failed);
    assert_eq!(ask(false).await, refused);
    assert_eq!(ask(true).await, answered);
    wait(&db, 12 * 3_600);
    assert_eq!(ask(false).await, answered);
    assert_eq!(told(&db).await, Vec::<i64>::new());
}

async fn limits_are_their_owners_alone(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    set(&db, ada, &a_day(dollars(1))).await;
    spend(&db, bea, 100).await;
    assert_eq!(only(&db, ada).await.settled(), dollars(0));
    assert!(db.store().budgets(bea.id).await.unwrap().is_empty());
    assert!(!db.store().remove_budget(bea.id, a_day(dollars(1)).id()).await.unwrap());
}
