use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    clock::Clock,
    ids::{GuildId, RequestId},
    model::{TokenCounts, Usage},
    money::NanoUsd,
    store::{
        CallRecord, GroupOf, Incoming, Latency, Place, SystemKey, UsageBy, UsageCursor, UsageGroup,
        UsageSummary,
    },
    testing::{Person, TestDb, limits, no_guests},
    timezone::{Period, Timezone},
};

use super::stage::{
    accept, answer, broken_off, calling, claim, fence, figures, finish, rejection, saying,
    usage_row, viola, wait,
};

shared::each_engine!(
    usage_is_summed_by_model_over_a_half_open_stretch,
    a_cost_that_nobody_said_is_counted_as_unknown,
    answers_are_ranked_and_failures_counted,
    a_personality_has_its_name_for_those_who_see_it,
    servers_providers_and_private_places_are_told_apart,
    a_call_belongs_to_the_day_that_it_is_there,
    the_latest_calls_come_first_and_failures_with_them,
    calls_are_read_by_pages,
    everybody_is_told_by_account_provider_and_model,
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
    assert_eq!(
        told(&by(&db, ada, minute(0)..minute(3), UsageBy::Model).await),
        ["dear/model 1 900", "cheap/model 2 3"]
    );
    let sums = all.sums;
    assert_eq!((sums.requests, sums.answered, sums.unknown_cost), (3, 3, 0));
    assert_eq!((sums.tokens_in, sums.tokens_out), (30, 15));
    assert_eq!(sums.cost, NanoUsd::from_nanos(903));
    // the beginning is inside, the end is not
    assert_eq!(usage(minute(1), minute(2)).await.sums.cost, NanoUsd::from_nanos(900));
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
    let sums = usage.sums;
    assert_eq!((sums.requests, sums.answered, sums.unknown_cost), (2, 1, 1));
    assert_eq!((sums.tokens_in, sums.tokens_out), (10, 5));
}

async fn by(
    db: &TestDb,
    person: Person,
    during: Range<DateTime<Utc>>,
    by: UsageBy,
) -> Vec<UsageGroup> {
    db.store().usage_by(person.id, during, by, Timezone::UTC).await.unwrap()
}

/// What a group has in common, its calls and its nano-dollars.
fn told(groups: &[UsageGroup]) -> Vec<String> {
    let told = groups.iter().map(|UsageGroup { of, sums }| {
        let of = match of {
            GroupOf::Model(name) | GroupOf::Personality(name) => name.clone(),
            GroupOf::Provider(provider) => provider.to_string(),
            GroupOf::UnseenPersonalities => "unseen".to_owned(),
            GroupOf::Server(server) => format!("{:?}", server.map(GuildId::get)),
            GroupOf::Day(day) => day.to_string(),
        };
        format!("{of} {} {}", sums.requests, sums.cost.nanos())
    });
    told.collect()
}

fn always() -> Range<DateTime<Utc>> {
    Period::All.bounds(DateTime::UNIX_EPOCH, Timezone::UTC)
}

async fn answers_are_ranked_and_failures_counted(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for latency in [40, 10, 30, 20] {
        let request = calling(&db, ada, 1).await;
        let record = CallRecord { latency_ms: Some(latency), ..figures(1) };
        finish(&db, &request, &answer("…"), &record).await;
    }
    let broken = calling(&db, ada, 1).await;
    finish(&db, &broken, &broken_off("Good"), &figures(1)).await;
    let failed = calling(&db, ada, 1).await;
    finish(&db, &failed, &rejection(), &CallRecord::default()).await;
    let usage = db.store().usage(ada.id, always()).await.unwrap();
    assert_eq!((usage.sums.requests, usage.sums.answered, usage.failed_free), (5, 4, 1));
    assert_eq!(usage.latency, Some(Latency { median_ms: 20, p95_ms: 40 }));
    let before = DateTime::UNIX_EPOCH..db.clock().now();
    assert_eq!(db.store().usage(ada.id, before).await.unwrap(), UsageSummary::default());
}

async fn a_personality_has_its_name_for_those_who_see_it(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let ghost = db.personality("Ghost", None).await;
    let echo = db.personality("Echo", None).await;
    for (personality, cost) in [(viola(), 1), (ghost, 2), (echo, 4), (viola(), 8)] {
        let incoming = Incoming { personalities: vec![personality], ..saying(ada, 1) };
        accept(&db, &incoming).await;
        let request = claim(&db, ada).await.unwrap();
        fence(&db, &request).await;
        finish(&db, &request, &answer("…"), &figures(cost)).await;
    }
    let seen = async || told(&by(&db, ada, always(), UsageBy::Personality).await);
    assert_eq!(seen().await, ["Viola 2 9", "Echo 1 4", "Ghost 1 2"]);
    db.make_private(ghost, bea.id).await;
    db.make_private(echo, bea.id).await;
    assert_eq!(seen().await, ["Viola 2 9", "unseen 2 6"]);
}

async fn servers_providers_and_private_places_are_told_apart(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for (guild, cost) in [(Some(7), 1), (None, 2), (Some(9), 4), (Some(7), 8)] {
        let incoming = saying(ada, 1);
        let place = Place { guild: guild.map(GuildId::from), ..incoming.place };
        accept(&db, &Incoming { place, ..incoming }).await;
        let request = claim(&db, ada).await.unwrap();
        fence(&db, &request).await;
        finish(&db, &request, &answer("…"), &figures(cost)).await;
    }
    let servers = told(&by(&db, ada, always(), UsageBy::Server).await);
    assert_eq!(servers, ["Some(7) 2 9", "Some(9) 1 4", "None 1 2"]);
    let providers = told(&by(&db, ada, always(), UsageBy::Provider).await);
    assert_eq!(providers, ["openrouter 4 15"]);
}

async fn the_latest_calls_come_first_and_failures_with_them(db: TestDb) {
    let ada = db.person_with_key(1).await;
    for cost in 1..=25 {
        let request = calling(&db, ada, 1).await;
        finish(&db, &request, &answer("…"), &figures(cost)).await;
        wait(&db, 1);
    }
    let failed = calling(&db, ada, 1).await;
    finish(&db, &failed, &rejection(), &CallRecord::default()).await;
    let recent = db.store().recent_usage(ada.id, &always()).await.unwrap();
    let told: Vec<_> = recent
        .iter()
        .map(|call| (call.outcome.as_str(), call.cost.map(NanoUsd::nanos), call.latency_ms))
        .collect();
    assert_eq!(told.len(), 25);
    assert_eq!(told[0], ("failed", Some(0), None));
    assert_eq!(told[1], ("answered", Some(25), Some(900)));
    assert_eq!(told[24], ("answered", Some(2), Some(900)));
    assert_eq!(recent[0].ended_at, db.clock().now());
}

async fn calls_are_read_by_pages(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let ghost = db.personality("Ghost", None).await;
    // all in one moment
    for (personality, cost) in [(viola(), 1), (ghost, 2), (viola(), 3), (viola(), 4), (ghost, 5)] {
        let incoming = Incoming { personalities: vec![personality], ..saying(ada, 1) };
        accept(&db, &incoming).await;
        let request = claim(&db, ada).await.unwrap();
        fence(&db, &request).await;
        finish(&db, &request, &answer("…"), &figures(cost)).await;
    }
    db.make_private(ghost, bea.id).await;
    let (mut after, mut seen, mut pages) = (UsageCursor::at(always().start), Vec::new(), 0);
    loop {
        let page = db.store().usage_page(ada.id, &always(), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = UsageCursor::behind(last.ended_at, last.id);
        seen.extend(page.into_iter().map(|row| (row.cost.unwrap().nanos(), row.personality)));
        pages += 1;
    }
    seen.sort();
    let viola = Some("Viola".to_owned());
    let expected = [(1, viola.clone()), (2, None), (3, viola.clone()), (4, viola), (5, None)];
    assert_eq!((seen, pages), (expected.to_vec(), 3));
    let none = db.store().usage_page(bea.id, &always(), UsageCursor::at(always().start), 9).await;
    assert!(none.unwrap().is_empty());
}

async fn everybody_is_told_by_account_provider_and_model(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    for (person, cost) in [(ada, 1), (bea, 8), (ada, 2)] {
        let request = calling(&db, person, 1).await;
        finish(&db, &request, &answer("…"), &figures(cost)).await;
    }
    let all = db.store().usage_of_everybody().await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|usage| (usage.account, usage.sums.requests, usage.sums.cost.nanos()))
        .collect();
    assert_eq!(told, [(Some(bea.discord), 1, 8), (Some(ada.discord), 2, 3)]);
    let start = UsageCursor::at(always().start);
    let first = db.store().page_of_everybody(start, 2).await.unwrap();
    let behind = UsageCursor::behind(first[1].ended_at, first[1].id);
    let rest = db.store().page_of_everybody(behind, 2).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2, 1));
    let sum: NanoUsd = first.iter().chain(&rest).filter_map(|call| call.cost).sum();
    assert_eq!(sum, NanoUsd::from_nanos(11));
}

/// Zone, moments in UTC, and the days with so many calls, the newest first.
const DAYS: [(&str, &[&str], &[&str]); 4] = [
    (
        "Asia/Kathmandu",
        &["2026-11-19T18:14:59.999999Z", "2026-11-19T18:15:00Z", "2026-11-20T18:14:59Z"],
        &["2026-11-20 2 2", "2026-11-19 1 1"],
    ),
    (
        "America/St_Johns",
        &["2026-11-20T03:29:59Z", "2026-11-20T03:30:00Z", "2026-11-21T03:29:59Z"],
        &["2026-11-20 2 2", "2026-11-19 1 1"],
    ),
    // twenty-three hours
    (
        "Europe/Berlin",
        &[
            "2026-03-28T22:59:59Z",
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z",
        ],
        &["2026-03-30 1 1", "2026-03-29 2 2", "2026-03-28 1 1"],
    ),
    // twenty-five
    (
        "Europe/Berlin",
        &[
            "2026-10-24T21:59:59Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T22:59:59Z",
            "2026-10-25T23:00:00Z",
        ],
        &["2026-10-26 1 1", "2026-10-25 2 2", "2026-10-24 1 1"],
    ),
];

async fn a_call_belongs_to_the_day_that_it_is_there(db: TestDb) {
    for (account, (zone, moments, expected)) in (1..).zip(DAYS) {
        let person = db.person_with_key(account).await;
        for moment in moments {
            let request = calling(&db, person, 1).await;
            finish(&db, &request, &answer("…"), &figures(1)).await;
            db.date_usage(request.id, moment.parse().unwrap()).await;
        }
        let zone = zone.parse().unwrap();
        let days = db.store().usage_by(person.id, always(), UsageBy::Day, zone).await.unwrap();
        assert_eq!(told(&days), expected, "{zone}");
        // a range cuts the days at its ends
        let first = moments[1].parse().unwrap();
        let cut = first..first + TimeDelta::seconds(1);
        let days = db.store().usage_by(person.id, cut, UsageBy::Day, zone).await.unwrap();
        assert_eq!(days.len(), 1, "{zone}");
    }
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
    assert_eq!(usage, UsageSummary::default());
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
