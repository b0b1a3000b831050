use std::collections::BTreeSet;

use secrecy::SecretString;
use shared::{
    clock::Clock,
    connect::{ConnectCode, Verifier},
    ids::{ApiKeyId, DeliveryId},
    model::{KeyFacts, KeyVerdict, Provider},
    store::{CheckPurpose, NewConnection, Redeemed, ReplyBy, SealedIn, SealedRow, Store},
    testing::{Person, TestDb},
    vault::{KeyId, OpenError, ResealError, Resealed, Vault},
};
use uuid::Uuid;

use super::stage::{saying, taken, wait, worker};

shared::each_engine!(
    every_column_of_a_seal_is_sealed_anew,
    a_rotation_that_is_killed_after_each_step_goes_on,
    what_is_set_meanwhile_stays,
    what_is_removed_meanwhile_stays_erased,
    what_cannot_be_opened_stays_and_is_named,
    a_test_that_is_under_way_is_about_the_same_key,
    traces_name_no_key,
    two_rotations_at_once_do_it_once,
    an_old_canary_is_retired,
);

const VALID: fn() -> KeyVerdict = || KeyVerdict::Valid(KeyFacts::default());

/// A process in the middle of a rotation.
fn during() -> Vault {
    TestDb::vault_of(TestDb::NEXT_MASTER_KEY, &[TestDb::MASTER_KEY])
}

/// One that has forgotten the old key.
fn after() -> Vault {
    TestDb::vault_of(TestDb::NEXT_MASTER_KEY, &[])
}

/// Every row that has a seal, whoever sealed it.
async fn sealed(store: &Store, place: SealedIn) -> Vec<SealedRow> {
    let nobodys = KeyId::parse("00000000").unwrap();
    store.sealed_with_others(place, nobodys, Uuid::nil(), 500).await.unwrap()
}

/// The next rows to be sealed anew, with their new seals.
async fn ready(
    store: &Store,
    place: SealedIn,
    after: Uuid,
    limit: u32,
) -> Vec<(SealedRow, Resealed)> {
    let vault = during();
    let current = vault.current_key_id();
    let rows = store.sealed_with_others(place, current, after, limit).await.unwrap();
    let reseal = |row: SealedRow| {
        let new = vault.resealer().reseal(&row.bound, row.sealed.as_ref().ok()?).ok()?;
        Some((row, new))
    };
    rows.into_iter().filter_map(reseal).collect()
}

/// Seals all of a place anew that can be.
async fn rotate(store: &Store, place: SealedIn) -> u64 {
    store.reseal(&ready(store, place, Uuid::nil(), 500).await).await.unwrap()
}

/// The key as its owner typed it.
async fn opened(db: &TestDb, vault: &Vault, person: Person) -> Result<String, OpenError> {
    let stored = db.store().sealed_key(person.id, Provider::OpenRouter).await.unwrap().unwrap();
    let key = vault.opener().open(person.id, stored.provider, &stored.sealed.unwrap());
    key.map(|key| key.expose().to_owned())
}

/// Waits for a worker, with a code and its verifier in the place of a key.
async fn add_connect(db: &TestDb, person: Person) {
    let check = db.key_check(person, CheckPurpose::Connect, None);
    let (sealer, verifier) = (db.vault().sealer(), Verifier::of(&[7; 32]));
    let code = ConnectCode::from_typed("auth_code_1").unwrap();
    let connection = NewConnection {
        id: check.id,
        user: person.id,
        verifier: sealer.seal_verifier(person.id, check.id, &verifier).unwrap(),
        expires_at: check.expires_at,
    };
    db.store().begin_connection(&connection).await.unwrap();
    let code = sealer.seal_code(person.id, check.id, &code).unwrap();
    let redeemed = db.store().redeem_connection(&check, &code).await.unwrap();
    assert_eq!(redeemed, Redeemed::Kept);
}

/// A command that waits for its reply.
async fn add_command(db: &TestDb, person: Person) {
    let delivery = DeliveryId::new(&**db.clock());
    let token = SecretString::from("an interaction's token");
    let token = db.vault().bot_secrets().seal(delivery.uuid(), &token).unwrap();
    let mut command = saying(person, 9);
    command.reply_by = ReplyBy::Interaction { delivery, token, expires_at: db.clock().now() };
    taken(db, &command).await;
}

/// Something in every place.
async fn furnish(db: &TestDb) -> [Person; 2] {
    let people = [db.person_with_key(1).await, db.person_with_key(2).await];
    for check in [
        db.key_check(people[0], CheckPurpose::Set, Some("sk-test-a-candidate")),
        db.key_check(people[1], CheckPurpose::TestStored, None),
    ] {
        db.store().add_key_check(&check).await.unwrap();
    }
    add_connect(db, people[1]).await;
    add_command(db, people[0]).await;
    people
}

/// How many rows name the master key of the tests, and how many its successor, by place.
async fn counts(db: &TestDb) -> Vec<(SealedIn, [u64; 2])> {
    let counts = db.store().seal_counts().await.unwrap();
    let ids = [db.vault(), after()].map(|vault| vault.current_key_id().to_string());
    let with = |place, id: &String| {
        let fits = counts.iter().filter(|count| count.place == place && count.key_id == *id);
        fits.map(|count| count.rows).sum()
    };
    SealedIn::ALL.map(|place| (place, ids.each_ref().map(|id| with(place, id)))).to_vec()
}

/// A table that gets a seal has to be told to the rotation.
async fn every_column_of_a_seal_is_sealed_anew(db: TestDb) {
    let known: BTreeSet<_> = SealedIn::ALL.map(|place| place.column().to_owned()).into();
    assert_eq!(db.columns_of_seals().await, known);
    let people = furnish(&db).await;
    let before = counts(&db).await;
    let expected = [2, 1, 5, 1, 1, 1];
    assert_eq!(before.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), expected.map(|n| [n, 0]));
    for (place, rows) in SealedIn::ALL.into_iter().zip(expected) {
        assert_eq!(rotate(db.store(), place).await, rows, "{place:?}");
        assert_eq!(rotate(db.store(), place).await, 0, "{place:?}");
        // with the old key forgotten
        for row in sealed(db.store(), place).await {
            after().resealer().reseal(&row.bound, row.sealed.as_ref().unwrap()).unwrap();
        }
    }
    let then = counts(&db).await;
    assert_eq!(then.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), expected.map(|n| [0, n]));
    for (person, key) in
        people.into_iter().zip(["sk-test-0000000000000001", "sk-test-0000000000000002"])
    {
        assert_eq!(opened(&db, &after(), person).await.as_deref(), Ok(key));
        let typed = shared::secret::UserApiKey::from_typed(key).unwrap();
        let fingerprint = after().sealer().fingerprint(Provider::OpenRouter, &typed);
        let kept = db.keys_of(person.id).await.remove(0);
        assert_eq!(kept.fingerprint(), Some(fingerprint.as_str()), "the same key is known again");
    }
}

/// Killed means: what was not committed is gone, and the next run knows nothing of the one before.
async fn a_rotation_that_is_killed_after_each_step_goes_on(db: TestDb) {
    let people = furnish(&db).await;
    let mut steps = 0;
    loop {
        let (store, mut done) = (db.another_store().await, 0);
        for place in SealedIn::ALL {
            // this one is killed before it writes
            drop(ready(&store, place, Uuid::nil(), 1).await);
            let next = ready(&store, place, Uuid::nil(), 1).await;
            done = store.reseal(&next).await.unwrap();
            if done > 0 {
                break;
            }
        }
        store.close().await;
        if done == 0 {
            break;
        }
        steps += 1;
        for place in SealedIn::ALL {
            for row in sealed(db.store(), place).await {
                let sealed = row.sealed.as_ref().unwrap();
                assert!(during().resealer().reseal(&row.bound, sealed).is_ok(), "after {steps}");
            }
        }
        for person in people {
            assert!(opened(&db, &during(), person).await.is_ok(), "after step {steps}");
        }
        let old: u64 = counts(&db).await.iter().map(|(_, [old, _])| old).sum();
        assert_eq!(old, 11 - steps);
    }
    assert_eq!(steps, 11);
}

async fn what_is_set_meanwhile_stays(db: TestDb) {
    let [ada, bea] = [db.person_with_key(1).await, db.person_with_key(2).await];
    let read = ready(db.store(), SealedIn::UserKeys, Uuid::nil(), 500).await;
    assert_eq!(read.len(), 2);
    db.give_key(ada, "sk-test-the-new-one").await;
    assert_eq!(db.store().reseal(&read).await.unwrap(), 1, "only bea's is what it was");
    assert_eq!(opened(&db, &during(), ada).await.as_deref(), Ok("sk-test-the-new-one"));
    assert_eq!(opened(&db, &after(), bea).await.as_deref(), Ok("sk-test-0000000000000002"));
    // it was sealed by a process that had the old key alone; the next pass finds it
    assert_eq!(rotate(db.store(), SealedIn::UserKeys).await, 1);
    assert_eq!(opened(&db, &after(), ada).await.as_deref(), Ok("sk-test-the-new-one"));
}

async fn what_is_removed_meanwhile_stays_erased(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let check = db.key_check(ada, CheckPurpose::Set, Some("sk-test-a-candidate"));
    db.store().add_key_check(&check).await.unwrap();
    let keys = ready(db.store(), SealedIn::UserKeys, Uuid::nil(), 500).await;
    let checks = ready(db.store(), SealedIn::KeyChecks, Uuid::nil(), 500).await;
    let answers = ready(db.store(), SealedIn::CheckAnswers, Uuid::nil(), 500).await;
    assert_eq!([keys.len(), checks.len(), answers.len()], [1, 1, 2]);
    db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    let taken = db.store().claim_key_check(worker(&db), ada.id).await.unwrap().unwrap();
    assert_eq!(taken.id, check.id);
    db.expire_checks().await;
    db.store().unanswered_key_checks(shared::store::ShardRange::single()).await.unwrap();
    for id in answers.iter().map(|(row, _)| row.id) {
        db.store().mark_key_check_answered(id.into()).await.unwrap();
    }
    for read in [keys, checks, answers] {
        assert_eq!(db.store().reseal(&read).await.unwrap(), 0);
    }
    assert_eq!(db.keys().await[0].sealed_columns(), 0);
    assert!(
        db.checks().await.iter().all(|seen| seen.candidate_columns() + seen.answer_columns() == 0)
    );
}

async fn what_cannot_be_opened_stays_and_is_named(db: TestDb) {
    let mut keys: Vec<ApiKeyId> = Vec::new();
    for account in 1..=4 {
        // ids are in the order of time
        wait(&db, 1);
        let person = db.person(account).await;
        keys.push(db.give_key(person, &format!("sk-test-{account:016}")).await);
    }
    db.spoil_key(keys[0]).await;
    db.relabel_key(keys[1]).await;
    db.tear_key(keys[2]).await;
    assert_eq!(rotate(db.store(), SealedIn::UserKeys).await, 1);
    let vault = during();
    let left =
        db.store().sealed_with_others(SealedIn::UserKeys, vault.current_key_id(), Uuid::nil(), 500);
    let left = left.await.unwrap();
    let mut why = Vec::new();
    for row in &left {
        why.push(match &row.sealed {
            Err(malformed) => malformed.to_string(),
            Ok(sealed) => match vault.resealer().reseal(&row.bound, sealed) {
                Err(ResealError::Open(why)) => why.to_string(),
                other => panic!("{:?}", other.err()),
            },
        });
    }
    assert_eq!(
        left.iter().map(|row| row.id).collect::<Vec<_>>(),
        keys[..3].iter().map(|key| key.uuid()).collect::<Vec<_>>()
    );
    assert!(why[0].contains("was changed"), "{why:?}");
    assert!(why[1].contains("0badcafe"), "{why:?}");
    assert_eq!(db.key(keys[0]).await.key_id(), Some(&*db.vault().current_key_id().to_string()));
    assert_eq!(db.key(keys[3]).await.key_id(), Some(&*vault.current_key_id().to_string()));
}

async fn a_test_that_is_under_way_is_about_the_same_key(db: TestDb) {
    let ada = db.person_with_key(1).await;
    let (store, one) = (db.store(), worker(&db));
    store.add_key_check(&db.key_check(ada, CheckPurpose::TestStored, None)).await.unwrap();
    let testing = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!(rotate(store, SealedIn::UserKeys).await, 1);
    store.finish_key_check(&testing, one, &KeyVerdict::Rejected).await.unwrap();
    assert!(!store.live_keys(ada.id).await.unwrap()[0].is_active, "the verdict was lost");

    // a candidate that waited is stored with a fingerprint of the same master key
    let set = db.key_check(ada, CheckPurpose::Set, Some("sk-test-the-new-one"));
    store.add_key_check(&set).await.unwrap();
    let setting = store.claim_key_check(one, ada.id).await.unwrap().unwrap();
    assert_eq!(rotate(store, SealedIn::KeyChecks).await, 1);
    store.finish_key_check(&setting, one, &VALID()).await.unwrap();
    assert_eq!(opened(&db, &after(), ada).await.as_deref(), Ok("sk-test-the-new-one"));
    let typed = shared::secret::UserApiKey::from_typed("sk-test-the-new-one").unwrap();
    let fingerprint = after().sealer().fingerprint(Provider::OpenRouter, &typed);
    let kept = db.keys_of(ada.id).await;
    assert!(kept.iter().any(|key| key.fingerprint() == Some(fingerprint.as_str())));
}

async fn traces_name_no_key(db: TestDb) {
    let (ada, bea) = (db.person_with_key(1).await, db.person_with_key(2).await);
    db.store().remove_key(ada.id, Provider::OpenRouter).await.unwrap();
    assert_eq!(db.store().erased_keys().await.unwrap(), 1);
    let current = during().current_key_id();
    assert_eq!(db.store().unname_erased_keys(current).await.unwrap(), 1);
    assert_eq!(db.store().unname_erased_keys(current).await.unwrap(), 0);
    assert_eq!(db.keys_of(ada.id).await[0].key_id(), None);
    assert!(db.keys_of(bea.id).await[0].key_id().is_some());
}

async fn two_rotations_at_once_do_it_once(db: TestDb) {
    for account in 1..=12 {
        db.person_with_key(account).await;
    }
    let run = async || {
        let (store, mut written) = (db.another_store().await, 0);
        loop {
            let next = ready(&store, SealedIn::UserKeys, Uuid::nil(), 5).await;
            if next.is_empty() {
                break written;
            }
            written += store.reseal(&next).await.unwrap();
        }
    };
    let (one, other) = tokio::join!(run(), run());
    assert_eq!(one + other, 12);
    assert_eq!(counts(&db).await[0].1, [0, 12]);
}

async fn an_old_canary_is_retired(db: TestDb) {
    let store = db.store();
    for vault in [db.vault(), after()] {
        store.add_canary(&vault.seal_canary().unwrap()).await.unwrap();
    }
    assert!(shared::startup::check_canaries(store, &after()).await.is_err());
    store.retire_canaries(&[db.vault().current_key_id()]).await.unwrap();
    assert!(shared::startup::check_canaries(store, &after()).await.unwrap());
    assert!(shared::startup::check_canaries(store, &db.vault()).await.is_err());
}
