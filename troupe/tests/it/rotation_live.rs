//! The master key is changed while people talk.

use playground::discord::Person;
use serde_json::json;
use shared::testing::{TestDb, TestEngine};

use crate::{
    rotation::{after, begin, during, opens, rotate, under, until},
    stage::Stage,
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa7777");
const BOBS: &str = concat!("sk-or-", "v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb7777");
const CAROLS: &str = concat!("sk-or-", "v1-cccccccccccccccccccccccccccccccccccc7777");

shared::each_engine!(the_runbook_as_it_is_written);

#[test]
fn a_worker_that_was_prepared_runs_through_it() {
    shared::testing::run(TestEngine::Postgres, prepared_worker);
}

#[test]
fn a_worker_with_the_old_key_alone_spoils_nothing() {
    shared::testing::run(TestEngine::Postgres, old_worker);
}

/// A person is answered on their own key.
async fn is_answered(stage: &Stage, person: &Person, word: &str) {
    person.say("general", &format!("@Viola {word}")).unwrap();
    stage.reply(person, "general", |said| said.content.contains(word)).await;
}

/// The tokens of the commands that stored them are erased once they are answered.
async fn two_keys_are_left(stage: &Stage) {
    until("only keys are sealed", async || under(&stage.db).await.iter().sum::<u64>() == 2).await;
}

/// The same person as the tests' database knows them.
async fn known(stage: &Stage, person: &Person) -> shared::testing::Person {
    let user = stage.user(person).await;
    shared::testing::Person { id: user.id, discord: user.discord_id }
}

async fn the_runbook_as_it_is_written(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    stage.set("APP_MASTER_KEY", TestDb::NEXT_MASTER_KEY);
    stage.set("APP_MASTER_KEY_PREVIOUS", TestDb::MASTER_KEY);
    stage.restart_bot().await;
    stage.restart_workers().await;
    stage.bot_is_up().await;
    is_answered(&stage, &alice, "marzipan").await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let (code, said) = rotate(&stage.db, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("may go"), "{said}");
    assert_eq!(under(&stage.db).await[0], 0);
    is_answered(&stage, &alice, "nougat").await;

    stage.unset("APP_MASTER_KEY_PREVIOUS");
    stage.restart_bot().await;
    stage.restart_workers().await;
    stage.bot_is_up().await;
    is_answered(&stage, &alice, "praline").await;
    is_answered(&stage, &bob, "truffle").await;
    let told = stage.told(&alice, "wallet test", json!({})).await;
    assert!(told.contains("accepts your stored key"), "{told}");
    stage.close().await;
}

/// The worker has the old key as its own and the new one beside it, and is never restarted. The rotation is
/// killed at every step, and each time everybody is answered.
async fn prepared_worker(db: TestDb) {
    let next = [("APP_MASTER_KEY_PREVIOUS", TestDb::NEXT_MASTER_KEY)];
    let mut stage = Stage::open_with(db, playground::discord::Options::default(), &next).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    stage.set("APP_MASTER_KEY", TestDb::NEXT_MASTER_KEY);
    stage.set("APP_MASTER_KEY_PREVIOUS", TestDb::MASTER_KEY);
    stage.restart_bot().await;
    stage.bot_is_up().await;
    two_keys_are_left(&stage).await;
    for (sealed_anew, (person, word)) in
        [(&alice, "marzipan"), (&bob, "nougat")].into_iter().enumerate()
    {
        let row = known(&stage, person).await;
        let lock = stage.db.hold_lock_of(row).await;
        let (_dir, mut process) = begin(&stage.db, &["--batch-size", "1"]);
        until("it waits for the lock", async || stage.db.somebody_waits().await).await;
        process.kill().await;
        lock.release().await;
        assert_eq!(under(&stage.db).await[0], 2 - sealed_anew as u64);
        for (person, who) in [(&alice, "alice"), (&bob, "bob")] {
            assert!(opens(&stage.db, &during(), known(&stage, person).await).await);
            is_answered(&stage, person, &format!("{word} for {who}")).await;
        }
    }
    let (code, said) = rotate(&stage.db, &["--batch-size", "1"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("before it starts again: worker "), "{said}");
    assert_eq!(under(&stage.db).await[0], 0);
    for (person, word) in [(&alice, "praline"), (&bob, "truffle")] {
        assert!(opens(&stage.db, &after(), known(&stage, person).await).await);
        is_answered(&stage, person, word).await;
    }
    stage.close().await;
}

/// It is waited for; frozen, it counts as dead; thawed after the rotation, it meets keys that it can't open,
/// and gives everything back.
async fn old_worker(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    two_keys_are_left(&stage).await;
    let (code, said) = rotate(&stage.db, &["--wait", "0"]).await;
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("bot ") && said.contains("worker "), "{said}");

    stage.set("APP_MASTER_KEY", TestDb::NEXT_MASTER_KEY);
    stage.set("APP_MASTER_KEY_PREVIOUS", TestDb::MASTER_KEY);
    stage.restart_bot().await;
    stage.bot_is_up().await;
    stage.start_worker();
    stage.workers[1].says("worker registered").await;
    // sealed by a bot with the new key: one of the two workers can open it
    let carol = stage.person_with_key("carol", CAROLS).await;
    let (_dir, mut process) = begin(&stage.db, &["--wait", "600", "--batch-size", "1"]);
    process.says("waiting for worker ").await;
    process.kill().await;
    assert_eq!(under(&stage.db).await[0], 2, "nothing is sealed anew before everybody knows");
    for (person, word) in [(&alice, "marzipan"), (&bob, "nougat"), (&carol, "praline")] {
        is_answered(&stage, person, word).await;
    }

    stage.workers[0].signal("-STOP").await;
    for (sealed_anew, person) in [&alice, &bob].into_iter().enumerate() {
        let lock = stage.db.hold_lock_of(known(&stage, person).await).await;
        let (_dir, mut process) = begin(&stage.db, &["--batch-size", "1"]);
        until("it waits for the lock", async || stage.db.somebody_waits().await).await;
        process.kill().await;
        lock.release().await;
        assert_eq!(under(&stage.db).await[0], 2 - sealed_anew as u64);
    }
    let (code, said) = rotate(&stage.db, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(under(&stage.db).await[0], 0);
    stage.workers[0].signal("-CONT").await;
    let new = after().current_key_id();
    until("it lives again", async || {
        let holders = stage.db.store().key_holders().await.expect("holders");
        holders.iter().any(|holder| !holder.knows(new))
    })
    .await;
    for (person, word) in [(&alice, "truffle"), (&bob, "fudge"), (&carol, "toffee")] {
        assert!(opens(&stage.db, &after(), known(&stage, person).await).await);
        for round in 0..4 {
            is_answered(&stage, person, &format!("{word}{round}")).await;
        }
    }
    let (code, said) = rotate(&stage.db, &["--wait", "0"]).await;
    assert_eq!(code, Some(4), "it runs again: {said}");

    // who has waited for long is not failed either, while somebody is known to have the key
    stage.workers[1].signal("-STOP").await;
    alice.say("general", "@Viola caramel").unwrap();
    let db = &stage.db;
    until("it waits", async || db.age_waiting_requests().await > 0).await;
    let alerts = || {
        let log = stage.workers[0].log();
        log.iter().filter(|line| line.contains("a stored key could not be opened")).count()
    };
    let before = alerts();
    until("it is taken twice, and given back", async || alerts() >= before + 2).await;
    stage.workers[1].signal("-CONT").await;
    stage.reply(&alice, "general", |said| said.content.contains("caramel")).await;
    stage.close().await;
}
