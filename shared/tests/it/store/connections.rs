use chrono::TimeDelta;
use secrecy::ExposeSecret;
use shared::{
    clock::Clock,
    connect::{CONNECTION_LASTS, ConnectCode, Verifier},
    ids::{KeyCheckId, WorkerId},
    model::{CodeProblem, CouldNotCheck, KeyFacts, KeyVerdict, Provider},
    secret::UserApiKey,
    store::{
        CheckPurpose, ClaimedCheck, NewConnection, NewKeyCheck, Redeemed, ShardRange, Store,
        VerdictOutcome,
    },
    testing::{Person, TestDb},
};

use super::stage::{wait, worker};

shared::each_engine!(
    a_code_and_its_verifier_become_the_live_key,
    a_link_works_once,
    a_link_is_good_for_ten_minutes,
    a_link_is_for_the_one_who_asked,
    a_newer_link_voids_the_older_one,
    a_refused_code_stores_nothing,
    a_worker_that_died_after_the_exchange_is_followed_by_one_without_a_code,
    what_nobody_exchanges_is_erased,
    codes_count_as_attempts,
);

const CODE: &str = "auth_code_0123456789";
const KEY: &str = "sk-test-0123456789";

/// Gives a person a link.
async fn begin(db: &TestDb, person: Person) -> KeyCheckId {
    let id = KeyCheckId::new(&**db.clock());
    let verifier = db.vault().sealer().seal_verifier(person.id, id, &Verifier::of(&[7; 32]));
    let connection = NewConnection {
        id,
        user: person.id,
        verifier: verifier.unwrap(),
        expires_at: db.clock().now() + CONNECTION_LASTS,
    };
    db.store().begin_connection(&connection).await.unwrap();
    id
}

fn check(db: &TestDb, person: Person, id: KeyCheckId) -> NewKeyCheck {
    NewKeyCheck { id, ..db.key_check(person, CheckPurpose::Connect, None) }
}

/// The person types the code.
async fn redeem(db: &TestDb, store: &Store, person: Person, id: KeyCheckId) -> Redeemed {
    let code = ConnectCode::from_typed(CODE).unwrap();
    let sealed = db.vault().sealer().seal_code(person.id, id, &code).unwrap();
    store.redeem_connection(&check(db, person, id), &sealed).await.unwrap()
}

/// A worker got the key.
async fn keep(db: &TestDb, claimed: &ClaimedCheck, worker: WorkerId) -> VerdictOutcome {
    let key = UserApiKey::from_typed(KEY).unwrap();
    let keys = db.vault().opener().sealer();
    let sealed = keys.seal(claimed.user, claimed.provider, &key).unwrap();
    let candidate = (sealed, keys.fingerprint(claimed.provider, &key), key.last4());
    db.store().keep_connected_key(claimed, worker, &candidate).await.unwrap()
}

const VALID: fn() -> KeyVerdict = || KeyVerdict::Valid(KeyFacts::default());

async fn a_code_and_its_verifier_become_the_live_key(db: TestDb) {
    let ada = db.person(1).await;
    let (store, one) = (db.store(), worker(&db));
    let id = begin(&db, ada).await;
    assert!(store.connection(id).await.unwrap().is_none(), "there is no code yet");
    assert!(store.claim_key_check(one, ada.id).await.unwrap().is_none());

    // the code comes to a process that was not there when the link was made
    let later = db.another_store().await;
    assert_eq!(redeem(&db, &later, ada, id).await, Redeemed::Kept);
    let claimed = later.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!((claimed.id, claimed.purpose), (id, CheckPurpose::Connect));
    assert!(claimed.candidate.is_none());
    let both = later.connection(id).await.unwrap().unwrap();
    let vault = db.vault().opener();
    let code = vault.open_code(ada.id, id, &both.code.unwrap()).unwrap();
    assert_eq!(code.expose_secret(), CODE);
    let verifier = vault.open_verifier(ada.id, id, &both.verifier.unwrap()).unwrap();
    assert_eq!(verifier.expose_secret(), Verifier::of(&[7; 32]).secret().expose_secret());

    assert_eq!(keep(&db, &claimed, one).await, VerdictOutcome::Written);
    assert_eq!(db.connections().await, 0, "used is erased");
    assert!(store.live_keys(ada.id).await.unwrap().is_empty(), "it is not checked yet");
    let done = store.finish_key_check(&claimed, one, &VALID()).await.unwrap();
    assert_eq!(done, VerdictOutcome::Written);
    assert_eq!(db.check(id).await.candidate_columns(), 0);
    let live = store.live_keys(ada.id).await.unwrap().remove(0);
    assert_eq!((live.is_active, live.last4.to_string()), (true, "…6789".to_owned()));
    let sealed = store.sealed_key(ada.id, Provider::OpenRouter).await.unwrap().unwrap();
    let opened = vault.open(ada.id, sealed.provider, &sealed.sealed.unwrap()).unwrap();
    assert_eq!(opened.expose(), KEY);
}

async fn a_link_works_once(db: TestDb) {
    let ada = db.person(1).await;
    let (store, one) = (db.store(), worker(&db));
    let id = begin(&db, ada).await;
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept);
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Used, "the first is under way");
    let claimed = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    let wrong = KeyVerdict::NotConnected { why: CodeProblem::Wrong };
    store.finish_key_check(&claimed, one, &wrong).await.unwrap();
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Used, "it is over");
    assert_eq!(db.checks().await.len(), 1);
}

async fn a_link_is_good_for_ten_minutes(db: TestDb) {
    let ada = db.person(1).await;
    let (early, store) = (begin(&db, ada).await, db.store());
    wait(&db, 599);
    assert_eq!(redeem(&db, store, ada, early).await, Redeemed::Kept);
    let late = begin(&db, ada).await;
    wait(&db, 600);
    assert_eq!(redeem(&db, store, ada, late).await, Redeemed::Expired);
    // and its verifier goes by itself
    assert_eq!(db.connections().await, 2);
    store.unanswered_key_checks(ShardRange::single()).await.unwrap();
    assert_eq!(db.connections().await, 0);
    assert_eq!(redeem(&db, store, ada, late).await, Redeemed::Expired);
    assert_eq!(db.checks().await.len(), 1);
}

async fn a_link_is_for_the_one_who_asked(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let (id, store) = (begin(&db, ada).await, db.store());
    assert_eq!(redeem(&db, store, bea, id).await, Redeemed::NotYours);
    assert_eq!(db.checks().await.len(), 0);
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept, "a thief does not use it up");
    let claimed = store.claim_key_check(worker(&db), ada.id).await.unwrap().unwrap();
    assert_eq!(claimed.user, ada.id);
    let both = store.connection(id).await.unwrap().unwrap();
    let opened = db.vault().opener().open_verifier(bea.id, id, &both.verifier.unwrap());
    assert!(opened.is_err());
    assert_eq!(redeem(&db, store, bea, id).await, Redeemed::NotYours);
}

async fn a_newer_link_voids_the_older_one(db: TestDb) {
    let (ada, bea) = (db.person(1).await, db.person(2).await);
    let (older, of_bea, newer) =
        (begin(&db, ada).await, begin(&db, bea).await, begin(&db, ada).await);
    assert_eq!(db.connections().await, 2);
    assert_eq!(redeem(&db, db.store(), ada, older).await, Redeemed::Expired);
    assert_eq!(redeem(&db, db.store(), ada, newer).await, Redeemed::Kept);
    // one that has its code goes on
    begin(&db, ada).await;
    assert!(db.store().connection(newer).await.unwrap().is_some());
    assert_eq!(redeem(&db, db.store(), bea, of_bea).await, Redeemed::Kept);
}

async fn a_refused_code_stores_nothing(db: TestDb) {
    let ada = db.person(1).await;
    let (store, one) = (db.store(), worker(&db));
    let old = db.give_key(ada, "sk-test-the-old-one").await;
    for verdict in [
        KeyVerdict::NotConnected { why: CodeProblem::Stolen },
        KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown },
    ] {
        let id = begin(&db, ada).await;
        assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept);
        let claimed = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
        store.finish_key_check(&claimed, one, &verdict).await.unwrap();
        assert_eq!(db.connections().await, 0, "used is erased");
    }
    // nor does a key that turns out to be none of ours
    let id = begin(&db, ada).await;
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept);
    let claimed = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!(keep(&db, &claimed, one).await, VerdictOutcome::Written);
    store.finish_key_check(&claimed, one, &KeyVerdict::Management).await.unwrap();
    assert_eq!(db.check(id).await.candidate_columns(), 0);
    let live = store.live_keys(ada.id).await.unwrap();
    assert_eq!((live.len(), live[0].id), (1, old));
}

async fn a_worker_that_died_after_the_exchange_is_followed_by_one_without_a_code(db: TestDb) {
    let ada = db.person(1).await;
    let (store, one, other) = (db.store(), worker(&db), worker(&db));
    let id = begin(&db, ada).await;
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept);
    let claimed = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!(keep(&db, &claimed, other).await, VerdictOutcome::TooLate, "it is not its");
    assert_eq!(db.connections().await, 1);
    assert_eq!(keep(&db, &claimed, one).await, VerdictOutcome::Written);
    store.give_back_key_check(&claimed, one).await.unwrap();
    let again = store.claim_key_check(other, ada.id).await.unwrap().unwrap();
    let sealed = again.candidate.as_ref().unwrap().as_ref().unwrap();
    let opened = db.vault().opener().open(ada.id, again.provider, sealed).unwrap();
    assert_eq!(opened.expose(), KEY);
    assert_eq!(keep(&db, &claimed, one).await, VerdictOutcome::TooLate);
    store.finish_key_check(&again, other, &VALID()).await.unwrap();
    assert_eq!(store.live_keys(ada.id).await.unwrap().len(), 1);
}

async fn what_nobody_exchanges_is_erased(db: TestDb) {
    let ada = db.person(1).await;
    let (id, store) = (begin(&db, ada).await, db.store());
    wait(&db, 590);
    assert_eq!(redeem(&db, store, ada, id).await, Redeemed::Kept);
    wait(&db, 60);
    store.unanswered_key_checks(ShardRange::single()).await.unwrap();
    assert_eq!(db.connections().await, 1, "who typed in time is waited for");
    db.clock().advance(TimeDelta::minutes(1));
    let overdue = store.unanswered_key_checks(ShardRange::single()).await.unwrap();
    assert_eq!((overdue.len(), overdue[0].verdict.as_ref()), (1, None));
    assert_eq!(db.connections().await, 0);
}

async fn codes_count_as_attempts(db: TestDb) {
    let ada = db.person(1).await;
    for _ in 0..10 {
        let id = begin(&db, ada).await;
        assert_eq!(redeem(&db, db.store(), ada, id).await, Redeemed::Kept);
    }
    let id = begin(&db, ada).await;
    let again_at = db.clock().now() + TimeDelta::minutes(15);
    let eleventh = redeem(&db, &db.another_store().await, ada, id).await;
    assert_eq!(eleventh, Redeemed::TooMany { again_at });
    assert!(db.store().connection(id).await.unwrap().is_none(), "the link is as it was");
}
