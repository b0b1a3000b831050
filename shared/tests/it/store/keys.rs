use shared::{
    clock::Clock,
    ids::ApiKeyId,
    model::{CouldNotCheck, InactiveReason, KeyFacts, KeyVerdict, Provider},
    store::{
        ATTEMPTS_WITHIN, CheckAsked, CheckPurpose, Fenced, KeyChange, MAX_ATTEMPTS, NewKeyCheck,
        Refusal, ShardRange, VerdictOutcome,
    },
    testing::{Person, TestDb},
};

use super::stage::{claim, claimed, fence, refused, say, saying, wait, worker};

shared::each_engine!(
    a_valid_key_becomes_the_live_one,
    only_a_valid_key_becomes_the_live_one,
    a_new_key_takes_the_place_of_the_old_one,
    waiting_requests_go_on_with_the_new_key,
    removing_a_key_erases_it,
    a_stored_key_is_switched_off_and_on_by_its_test,
    a_verdict_is_for_the_key_that_was_tested,
    a_check_is_made_by_one_worker,
    a_check_nobody_makes_is_closed,
    an_answer_goes_to_the_process_that_has_the_shard,
    a_paused_key_pays_for_nothing_until_it_is_resumed,
    one_key_is_the_default,
    the_eleventh_check_within_a_quarter_of_an_hour_is_refused,
);

const VALID: fn() -> KeyVerdict = || KeyVerdict::Valid(KeyFacts::default());

/// Whether nothing is left of what was typed, in the rows of checks and of keys that were removed.
async fn is_erased(db: &TestDb, check: &NewKeyCheck) -> bool {
    db.check(check.id).await.candidate_columns() == 0
}

async fn a_valid_key_becomes_the_live_one(db: TestDb) {
    let ada = db.person(1).await;
    let store = db.store();
    assert!(store.sealed_key(ada.id, Provider::OpenRouter).await.unwrap().is_none());
    let check = db.key_check(ada, CheckPurpose::Set, Some("sk-test-0123456789"));
    db.decide(&check, &VALID()).await;
    assert!(is_erased(&db, &check).await);

    let live = store.live_keys(ada.id).await.unwrap().remove(0);
    assert_eq!((live.provider, live.is_active), (Provider::OpenRouter, true));
    assert_eq!(live.last4.to_string(), "…6789");
    assert_eq!(live.last_validated_at, Some(db.clock().now()));
    assert_eq!((live.inactive_reason, live.last_used_at), (None, None));
    let sealed = store.sealed_key(ada.id, Provider::OpenRouter).await.unwrap().unwrap();
    assert_eq!((sealed.id, sealed.user_id), (live.id, ada.id));
    let opened = db.vault().opener().open(ada.id, sealed.provider, &sealed.sealed.unwrap());
    assert_eq!(opened.unwrap().expose(), "sk-test-0123456789");
}

async fn only_a_valid_key_becomes_the_live_one(db: TestDb) {
    let ada = db.person(1).await;
    let verdicts = [
        KeyVerdict::Rejected,
        KeyVerdict::Management,
        KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown },
    ];
    for verdict in verdicts {
        let check = db.key_check(ada, CheckPurpose::Set, Some("sk-test-0123456789"));
        db.decide(&check, &verdict).await;
        assert!(is_erased(&db, &check).await);
    }
    // nor does one that was only to be looked at
    let check = db.key_check(ada, CheckPurpose::TestNew, Some("sk-test-0123456789"));
    db.decide(&check, &VALID()).await;
    assert!(is_erased(&db, &check).await);
    assert!(db.store().live_keys(ada.id).await.unwrap().is_empty());
}

async fn a_new_key_takes_the_place_of_the_old_one(db: TestDb) {
    let ada = db.person(1).await;
    let old = db.give_key(ada, "sk-test-the-old-one").await;
    // a bad one leaves it alone
    let bad = db.key_check(ada, CheckPurpose::Set, Some("sk-test-the-bad-one"));
    db.decide(&bad, &KeyVerdict::Rejected).await;
    assert_eq!(db.store().live_keys(ada.id).await.unwrap()[0].id, old);
    let new = db.give_key(ada, "sk-test-the-new-one").await;
    let live = db.store().live_keys(ada.id).await.unwrap();
    assert_eq!((live.len(), live[0].id), (1, new));
    assert_eq!(left_of(&db, old).await, (0, true));
}

/// How many of a key's sealed columns are left, and whether it is a mere trace.
async fn left_of(db: &TestDb, key: ApiKeyId) -> (usize, bool) {
    let key = db.key(key).await;
    (key.sealed_columns(), key.is_removed())
}

async fn waiting_requests_go_on_with_the_new_key(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let of_bea = claimed(&db, bea, 1).await;
    let under_way = claimed(&db, ada, 1).await;
    let waiting = say(&db, ada, 2).await;
    let new = db.give_key(ada, "sk-test-the-new-one").await;
    for request in [under_way.id, waiting, of_bea.id] {
        let key = db.request(request).await.key.unwrap();
        assert!(!db.key(key).await.is_removed());
    }
    let requests = db.requests().await;
    assert_eq!(requests.iter().filter(|request| request.key == Some(new)).count(), 2);
}

async fn removing_a_key_erases_it(db: TestDb) {
    let ada = db.person(1).await;
    let key = db.give_key(ada, "sk-test-0123456789").await;
    assert_eq!(left_of(&db, key).await, (4, false));
    assert!(db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap());
    assert_eq!(left_of(&db, key).await, (0, true));
    assert!(!db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap());
    assert!(db.store().live_keys(ada.id).await.unwrap().is_empty());
    assert!(db.store().sealed_key(ada.id, Provider::OpenRouter).await.unwrap().is_none());
    assert!(!db.store().switch_off_key(key, InactiveReason::Rejected).await.unwrap());
}

async fn a_stored_key_is_switched_off_and_on_by_its_test(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    let live = async |person: Person| db.store().live_keys(person.id).await.unwrap().remove(0);
    let test = async |verdict| {
        db.decide(&db.key_check(ada, CheckPurpose::TestStored, None), &verdict).await;
        live(ada).await
    };
    let off = test(KeyVerdict::Rejected).await;
    assert_eq!((off.is_active, off.inactive_reason), (false, Some(InactiveReason::Rejected)));
    let still = test(KeyVerdict::CouldNotCheck { why: CouldNotCheck::RateLimited }).await;
    assert!(!still.is_active);
    wait(&db, 60);
    let on = test(VALID()).await;
    assert_eq!((on.is_active, on.inactive_reason), (true, None));
    assert_eq!(on.last_validated_at, Some(db.clock().now()));
    assert!(test(KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown }).await.is_active);
    assert!(live(bea).await.is_active);
}

async fn a_verdict_is_for_the_key_that_was_tested(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (store, one, other) = (db.store(), worker(&db), worker(&db));
    store.add_key_check(&db.key_check(ada, CheckPurpose::TestStored, None)).await.unwrap();
    let testing = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    // while the old key is tested, a new one is stored
    let set = db.key_check(ada, CheckPurpose::Set, Some("sk-test-the-new-one"));
    store.add_key_check(&set).await.unwrap();
    let setting = store.claim_key_check(other, ada.id).await.unwrap().unwrap();
    store.finish_key_check(&setting, other, &VALID()).await.unwrap();
    let rejected = store.finish_key_check(&testing, one, &KeyVerdict::Rejected).await.unwrap();
    assert_eq!(rejected, VerdictOutcome::Written);
    assert!(store.live_keys(ada.id).await.unwrap()[0].is_active);
}

async fn a_check_is_made_by_one_worker(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let (store, one, other) = (db.store(), worker(&db), worker(&db));
    let first = db.key_check(ada, CheckPurpose::TestNew, Some("sk-test-the-first"));
    store.add_key_check(&first).await.unwrap();
    wait(&db, 1);
    store
        .add_key_check(&db.key_check(bea, CheckPurpose::TestNew, Some("sk-test-0")))
        .await
        .unwrap();
    let second = db.key_check(ada, CheckPurpose::TestStored, None);
    store.add_key_check(&second).await.unwrap();
    assert_eq!(store.users_with_key_checks(9).await.unwrap(), [ada.id, bea.id]);
    assert_eq!(store.users_with_key_checks(1).await.unwrap(), [ada.id]);

    let mine = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!((mine.id, mine.user, mine.purpose), (first.id, ada.id, CheckPurpose::TestNew));
    let sealed = mine.candidate.as_ref().unwrap().as_ref().unwrap();
    let opened = db.vault().opener().open(ada.id, mine.provider, sealed).unwrap();
    assert_eq!(opened.expose(), "sk-test-the-first");
    let its = store.claim_key_check(other, ada.id).await.unwrap().unwrap();
    assert_eq!(its.id, second.id);
    assert!(its.candidate.is_none());
    assert!(store.claim_key_check(other, ada.id).await.unwrap().is_none());

    let late = store.finish_key_check(&mine, other, &VALID()).await.unwrap();
    assert_eq!(late, VerdictOutcome::TooLate);
    store.give_back_key_check(&mine, other).await.unwrap();
    assert!(store.claim_key_check(other, ada.id).await.unwrap().is_none());
    store.give_back_key_check(&mine, one).await.unwrap();
    let again = store.claim_key_check(other, ada.id).await.unwrap().unwrap();
    assert_eq!(again.id, first.id);
    let late = store.finish_key_check(&mine, one, &VALID()).await.unwrap();
    assert_eq!(late, VerdictOutcome::TooLate);
    let verdict = KeyVerdict::Valid(KeyFacts { free_tier: true, ..KeyFacts::default() });
    let done = store.finish_key_check(&again, other, &verdict).await.unwrap();
    assert_eq!(done, VerdictOutcome::Written);
    let unanswered = store.unanswered_key_checks(ShardRange::single()).await.unwrap();
    assert_eq!(unanswered[0].verdict.as_ref(), Some(&verdict));
}

async fn a_check_nobody_makes_is_closed(db: TestDb) {
    let ada = db.person(1).await;
    let (store, all) = (db.store(), ShardRange::single());
    let check = db.key_check(ada, CheckPurpose::Set, Some("sk-test-0123456789"));
    store.add_key_check(&check).await.unwrap();
    let slow = worker(&db);
    let claimed = store.claim_key_check(slow, ada.id).await.unwrap().unwrap();
    wait(&db, 119);
    assert!(store.unanswered_key_checks(all).await.unwrap().is_empty());
    assert!(!is_erased(&db, &check).await);
    wait(&db, 1);
    let overdue = store.unanswered_key_checks(all).await.unwrap();
    assert_eq!((overdue.len(), overdue[0].id), (1, check.id));
    assert_eq!((overdue[0].verdict.as_ref(), overdue[0].user), (None, ada.id));
    assert!(is_erased(&db, &check).await);
    // the verdict came too late, and no key is stored that nobody waits for
    let late = store.finish_key_check(&claimed, slow, &VALID()).await.unwrap();
    assert_eq!(late, VerdictOutcome::TooLate);
    assert!(store.live_keys(ada.id).await.unwrap().is_empty());

    // what is too old is not begun
    let other = db.key_check(ada, CheckPurpose::TestStored, None);
    store.add_key_check(&other).await.unwrap();
    wait(&db, 120);
    assert!(store.users_with_key_checks(9).await.unwrap().is_empty());
    assert!(store.claim_key_check(slow, ada.id).await.unwrap().is_none());
}

async fn an_answer_goes_to_the_process_that_has_the_shard(db: TestDb) {
    let ada = db.person(1).await;
    let store = db.store();
    let zero = ShardRange::new(4, 0, 0).unwrap();
    let rest = ShardRange::new(4, 1, 3).unwrap();
    let in_private = db.key_check(ada, CheckPurpose::TestNew, Some("sk-test-0123456789"));
    let mut in_guild = db.key_check(ada, CheckPurpose::TestNew, Some("sk-test-0123456789"));
    in_guild.guild = Some(((7 << 22) + 5).into());
    for check in [&in_private, &in_guild] {
        db.decide(check, &VALID()).await;
    }
    for (range, check) in [(zero, &in_private), (rest, &in_guild)] {
        let found = store.unanswered_key_checks(range).await.unwrap();
        assert_eq!((found.len(), found[0].id), (1, check.id));
        let token = db.vault().bot_secrets().open(check.id.uuid(), &found[0].answer.sealed);
        assert!(token.is_ok());
        assert_eq!(found[0].last4.as_ref().unwrap().to_string(), "…6789");
        store.mark_key_check_answered(check.id).await.unwrap();
        assert!(store.unanswered_key_checks(range).await.unwrap().is_empty());
    }
    assert!(db.checks().await.iter().all(|check| check.answer_columns() == 0));
}

async fn a_paused_key_pays_for_nothing_until_it_is_resumed(db: TestDb) {
    const PROVIDER: Provider = Provider::OpenRouter;
    let (store, ada) = (db.store(), db.person_with_key(1).await);
    let pause = async |pause| store.pause_key(ada.id, PROVIDER, pause).await.unwrap();
    assert_eq!(pause(false).await, KeyChange::Already);
    let waiting = claimed(&db, ada, 1).await;
    assert_eq!(pause(true).await, KeyChange::Done);
    assert_eq!(pause(true).await, KeyChange::Already);
    assert!(matches!(fence(&db, &waiting).await, Fenced::Refused(_)), "it waited for the key");
    assert!(matches!(refused(&db, &saying(ada, 2)).await, Refusal::KeyPaused { .. }));
    // the provider's good word does not take it up again, its owner's does
    db.decide(&db.key_check(ada, CheckPurpose::TestStored, None), &VALID()).await;
    let key = store.live_keys(ada.id).await.unwrap().remove(0);
    assert_eq!((key.is_active, key.inactive_reason), (false, Some(InactiveReason::Paused)));
    assert_eq!(pause(false).await, KeyChange::Done);
    say(&db, ada, 2).await;
    assert!(claim(&db, ada).await.is_some());
    // what the provider refuses is not paused nor resumed
    db.decide(&db.key_check(ada, CheckPurpose::TestStored, None), &KeyVerdict::Rejected).await;
    assert_eq!((pause(true).await, pause(false).await), (KeyChange::Refused, KeyChange::Refused));
    let nobody = db.person(2).await;
    assert_eq!(store.pause_key(nobody.id, PROVIDER, true).await.unwrap(), KeyChange::NoKey);
}

async fn give(db: &TestDb, person: Person, provider: Provider) {
    let check = db.key_check_at(provider, person, CheckPurpose::Set, Some("sk-test-0123456789"));
    db.decide(&check, &VALID()).await;
    wait(db, 1);
}

async fn defaults(db: &TestDb, person: Person) -> Vec<Provider> {
    let keys = db.store().live_keys(person.id).await.unwrap();
    keys.into_iter().filter(|key| key.is_default).map(|key| key.provider).collect()
}

async fn one_key_is_the_default(db: TestDb) {
    use Provider::{Anthropic, OpenAi, OpenRouter};
    let (store, ada) = (db.store(), db.person(1).await);
    for provider in [OpenAi, OpenRouter, Anthropic] {
        give(&db, ada, provider).await;
    }
    assert_eq!(defaults(&db, ada).await, [OpenAi], "the first is");
    assert_eq!(store.make_default_key(ada.id, Anthropic).await.unwrap(), KeyChange::Done);
    assert_eq!(store.make_default_key(ada.id, Anthropic).await.unwrap(), KeyChange::Already);
    assert_eq!(defaults(&db, ada).await, [Anthropic]);
    assert_eq!(
        store.make_default_key(ada.id, Provider::DeepSeek).await.unwrap(),
        KeyChange::NoKey,
        "and nothing changes"
    );
    // a key in its place is the default too, and so is the oldest once it is gone
    give(&db, ada, Anthropic).await;
    assert_eq!(defaults(&db, ada).await, [Anthropic]);
    assert!(store.remove_key(ada.id, Anthropic).await.unwrap());
    assert_eq!(defaults(&db, ada).await, [OpenAi]);
}

async fn the_eleventh_check_within_a_quarter_of_an_hour_is_refused(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let start = db.clock().now();
    let ask = async |person| {
        let check = db.key_check(person, CheckPurpose::TestNew, Some("sk-test-0123456789"));
        // after a restart, too
        let store = db.another_store().await;
        let asked = store.add_key_check(&check).await.unwrap();
        store.close().await;
        asked
    };
    for _ in 0..MAX_ATTEMPTS {
        assert_eq!(ask(ada).await, CheckAsked::Kept);
        wait(&db, 10);
    }
    let again_at = start + ATTEMPTS_WITHIN;
    assert_eq!(ask(ada).await, CheckAsked::TooMany { again_at });
    assert_eq!(ask(bea).await, CheckAsked::Kept);
    wait(&db, (again_at - db.clock().now()).num_seconds());
    assert_eq!(ask(ada).await, CheckAsked::Kept);
    let again_at = again_at + chrono::TimeDelta::seconds(10);
    assert_eq!(ask(ada).await, CheckAsked::TooMany { again_at });
}
