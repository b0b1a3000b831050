//! `troupe rotate-key`, as it is typed, on a database where nobody else is at work.

use std::time::Duration;

use chrono::TimeDelta;
use shared::{
    clock::{Clock, SystemClock},
    ids::ProcessId,
    model::Provider,
    startup,
    store::{CheckPurpose, KeyHolder, ProcessRole},
    testing::{Person, TestDb, TestEngine},
    vault::Vault,
};
use tempfile::TempDir;

use crate::{
    process::{PATIENCE, Process},
    tools::{nowhere, tool},
};

/// Something can't be opened.
const UNREADABLE: Option<i32> = Some(3);
/// A process has to be given the new key.
const NOT_EVERYWHERE: Option<i32> = Some(4);

shared::each_engine!(
    what_is_sealed_is_sealed_anew_and_the_old_key_may_go,
    what_cannot_be_opened_is_named,
    nobody_without_the_new_key_is_left_behind,
    a_process_that_died_is_not_waited_for,
    a_rotation_killed_again_and_again_ends,
    a_wrong_master_key_changes_nothing,
);

/// A process with the new key that still opens with the old one.
pub(crate) fn during() -> Vault {
    TestDb::vault_of(TestDb::NEXT_MASTER_KEY, &[TestDb::MASTER_KEY])
}

/// One that knows the new key alone.
pub(crate) fn after() -> Vault {
    TestDb::vault_of(TestDb::NEXT_MASTER_KEY, &[])
}

/// What the command is given.
pub(crate) fn settings(db: &TestDb) -> Vec<(String, String)> {
    [
        ("DISCORD_TOKEN", "a.token"),
        ("DATABASE_URL", &*db.url()),
        ("APP_MASTER_KEY", TestDb::NEXT_MASTER_KEY),
        ("APP_MASTER_KEY_PREVIOUS", TestDb::MASTER_KEY),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Runs the command to its end; gives what it said.
pub(crate) async fn rotate(db: &TestDb, args: &[&str]) -> (Option<i32>, String) {
    let settings = settings(db);
    rotate_with(&settings, args).await
}

async fn rotate_with(settings: &[(String, String)], args: &[&str]) -> (Option<i32>, String) {
    let dir = nowhere();
    let args: Vec<&str> = ["rotate-key"].iter().chain(args).copied().collect();
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (code, said) = tool(dir.path(), &args, &settings).await;
    let said = said.join("\n");
    for key in [TestDb::MASTER_KEY, TestDb::NEXT_MASTER_KEY] {
        assert!(!said.contains(&key[..12]), "{said}");
    }
    (code, said)
}

/// Starts the command; it dies with what is given back.
pub(crate) fn begin(db: &TestDb, args: &[&str]) -> (TempDir, Process) {
    let dir = nowhere();
    let args: Vec<&str> = ["rotate-key"].iter().chain(args).copied().collect();
    let process = Process::start("troupe", &args, dir.path(), &settings(db));
    (dir, process)
}

/// How many rows lie under the old key, and how many under the new one.
pub(crate) async fn under(db: &TestDb) -> [u64; 2] {
    let counts = db.store().seal_counts().await.expect("counts");
    [db.vault(), after()].map(|vault| {
        let id = vault.current_key_id().to_string();
        counts.iter().filter(|count| count.key_id == id).map(|count| count.rows).sum()
    })
}

/// Waits until this is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "never: {what}");
}

/// Whether a person's key opens with these master keys.
pub(crate) async fn opens(db: &TestDb, vault: &Vault, person: Person) -> bool {
    let stored = db.store().sealed_key(person.id, Provider::OpenRouter).await.expect("a look");
    let stored = stored.expect("a live key");
    stored
        .sealed
        .is_ok_and(|sealed| vault.opener().open(stored.user_id, stored.provider, &sealed).is_ok())
}

/// People with keys, one of whom waits for a verdict, as a process with the old key left them.
async fn furnish(db: &TestDb, people: u64) -> Vec<Person> {
    startup::check_canary(db.store(), &db.vault()).await.expect("the old key");
    let mut all = Vec::new();
    for account in 1..=people {
        // ids are in the order of time
        db.clock().advance(TimeDelta::seconds(1));
        all.push(db.person_with_key(account).await);
    }
    let check = db.key_check(all[0], CheckPurpose::TestNew, Some("sk-test-a-candidate"));
    db.store().add_key_check(&check).await.expect("a check");
    all
}

/// How many seals `furnish` makes: keys, the candidate, and the tokens of all checks.
const fn seals(people: u64) -> u64 {
    people + 1 + people + 1
}

async fn what_is_sealed_is_sealed_anew_and_the_old_key_may_go(db: TestDb) {
    let people = furnish(&db, 3).await;
    let gone = db.person_with_key(9).await;
    db.store().remove_key(gone.id, Provider::OpenRouter).await.expect("removed");
    let old = db.vault().current_key_id().to_string();
    let before = db.rows_of_all_tables().await;
    let (code, said) = rotate(&db, &["--dry-run"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("9 would be sealed anew"), "{said}");
    assert_eq!(db.rows_of_all_tables().await, before, "a dry run changed something");

    let (code, said) = rotate(&db, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(under(&db).await, [0, seals(3) + 1]);
    for told in [
        "sealed anew:         9",
        "already new:         0",
        "erased by removal:   1",
        "can't be opened:     0",
    ] {
        assert!(said.contains(told), "{told} in\n{said}");
    }
    assert!(said.contains(&format!("{old} may go: nothing is sealed with it any more")), "{said}");
    for person in &people {
        assert!(opens(&db, &after(), *person).await);
    }
    assert!(db.keys_of(gone.id).await[0].key_id().is_none());
    // who comes without the old key is right now, and who comes with it alone is not
    assert!(startup::check_canaries(db.store(), &after()).await.expect("the new key"));
    assert!(startup::check_canaries(db.store(), &db.vault()).await.is_err());

    let then = db.rows_of_all_tables().await;
    let (code, said) = rotate(&db, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nothing to do"), "{said}");
    assert!(said.contains("APP_MASTER_KEY_PREVIOUS can be taken out"), "{said}");
    let mut alone = settings(&db);
    alone.retain(|(name, _)| name != "APP_MASTER_KEY_PREVIOUS");
    let (code, said) = rotate_with(&alone, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nothing to do") && !said.contains("PREVIOUS"), "{said}");
    assert_eq!(db.rows_of_all_tables().await, then);
}

async fn what_cannot_be_opened_is_named(db: TestDb) {
    let people = furnish(&db, 2).await;
    let (spoilt, strange) = (db.person(8).await, db.person(9).await);
    let spoilt = db.give_key(spoilt, "sk-test-spoilt-one").await;
    let strange = db.give_key(strange, "sk-test-strange-one").await;
    db.spoil_key(spoilt).await;
    db.relabel_key(strange).await;
    for args in [&["--dry-run"][..], &["--batch-size", "1"], &[]] {
        let (code, said) = rotate(&db, args).await;
        assert_eq!(code, UNREADABLE, "{said}");
        assert!(said.contains(&format!("can't be opened: user_api_keys {spoilt}: ")), "{said}");
        let named = format!(
            "can't be opened: user_api_keys {strange}: sealed with the master key 0badcafe"
        );
        assert!(said.contains(&named), "{said}");
    }
    // it does not keep the others, nor the old key
    assert_eq!(under(&db).await, [1, seals(2) + 2]);
    for person in people {
        assert!(opens(&db, &after(), person).await);
    }
    assert!(startup::check_canaries(db.store(), &after()).await.is_ok());
}

fn holder(role: ProcessRole, vault: &Vault) -> KeyHolder {
    KeyHolder {
        id: ProcessId::new(&SystemClock),
        role,
        pid: 4711,
        key_ids: vault.key_ids(),
        beat: 0,
        started_at: SystemClock.now(),
    }
}

async fn nobody_without_the_new_key_is_left_behind(db: TestDb) {
    let people = furnish(&db, 2).await;
    let old = holder(ProcessRole::Worker, &db.vault());
    db.store().hold_keys(&old).await.expect("a holder");
    let before = db.rows_of_all_tables().await;
    for args in [["--wait", "0"], ["--wait", "1"]] {
        let (code, said) = rotate(&db, &args).await;
        assert_eq!(code, NOT_EVERYWHERE, "{said}");
        assert!(said.contains(&format!("worker {} (pid 4711,", old.id)), "{said}");
        assert!(said.contains("does not know the new key"), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert_eq!(db.rows_of_all_tables().await, before);
    }
    let (code, said) = rotate(&db, &["--dry-run"]).await;
    assert_eq!(code, NOT_EVERYWHERE, "{said}");
    db.store().let_go_of_keys(old.id).await.expect("it ended");

    // one that knows the new key and seals with the old one does not stop it, and is named
    let prepared = TestDb::vault_of(TestDb::MASTER_KEY, &[TestDb::NEXT_MASTER_KEY]);
    let bot = holder(ProcessRole::Bot, &prepared);
    let worker = holder(ProcessRole::Worker, &prepared);
    for holder in [&bot, &worker] {
        db.store().hold_keys(holder).await.expect("a holder");
    }
    let (code, said) = rotate(&db, &["--wait", "0"]).await;
    assert_eq!(code, NOT_EVERYWHERE, "{said}");
    assert!(said.contains(&format!("bot {} ", bot.id)), "{said}");
    assert!(said.contains("still seals with another key"), "{said}");
    assert!(said.contains("must stay in APP_MASTER_KEY_PREVIOUS"), "{said}");
    assert_eq!(under(&db).await, [0, seals(2)]);
    assert_eq!(db.store().canaries().await.expect("canaries").len(), 2, "somebody seals with it");
    for person in people {
        assert!(opens(&db, &after(), person).await);
    }
    db.store().let_go_of_keys(bot.id).await.expect("it ended");
    // a worker seals nothing
    let (code, said) = rotate(&db, &["--wait", "0"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("may go"), "{said}");
    assert!(said.contains(&format!("before it starts again: worker {} ", worker.id)), "{said}");
    assert_eq!(db.store().canaries().await.expect("canaries").len(), 1);
}

async fn a_process_that_died_is_not_waited_for(db: TestDb) {
    furnish(&db, 1).await;
    let dead = holder(ProcessRole::Bot, &db.vault());
    db.store().hold_keys(&dead).await.expect("a holder");
    let (code, said) = rotate(&db, &["--wait", "39"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("waiting for bot {} ", dead.id)), "{said}");
    assert_eq!(under(&db).await, [0, seals(1)]);
    assert!(db.store().key_holders().await.expect("holders").is_empty());
}

/// At every step on Postgres, where a person's lock holds it up; on SQLite one lock holds all writes up,
/// so there it is killed before its first and then after each of its words.
async fn a_rotation_killed_again_and_again_ends(db: TestDb) {
    let people = furnish(&db, 5).await;
    let all = seals(5);
    let readable = async |when: &str| {
        for person in &people {
            assert!(opens(&db, &during(), *person).await, "{when}");
        }
    };
    // before anything is written, the new canary included
    {
        let lock = db.hold_lock_of(people[0]).await;
        let (_dir, mut process) = begin(&db, &["--batch-size", "1"]);
        process.says("seals").await;
        process.kill().await;
        lock.release().await;
        readable("before the first").await;
        assert_eq!(under(&db).await, [all, 0]);
    }
    if db.kind() == TestEngine::Postgres {
        for (index, person) in people.iter().enumerate() {
            let lock = db.hold_lock_of(*person).await;
            let (_dir, mut process) = begin(&db, &["--batch-size", "1"]);
            until("it waits for the lock", async || db.somebody_waits().await).await;
            process.kill().await;
            lock.release().await;
            let anew = index as u64;
            assert_eq!(under(&db).await, [all - anew, anew]);
            readable(&format!("killed at {index}")).await;
        }
    }
    let mut kills = 0;
    loop {
        let (_dir, mut process) = begin(&db, &["--batch-size", "1"]);
        let before = under(&db).await[0];
        if before == 0 {
            process.kill().await;
            break;
        }
        until("each run does something", async || under(&db).await[0] < before).await;
        process.kill().await;
        kills += 1;
        readable(&format!("after {kills} kills")).await;
    }
    assert!(kills > 0);
    assert_eq!(under(&db).await, [0, all]);
    for person in &people {
        assert!(opens(&db, &after(), *person).await);
    }
    if db.kind() == TestEngine::Postgres {
        // nothing is under the old key, and it is not told yet
        startup::check_canary(db.store(), &during()).await.expect("both");
        let old = db.vault().seal_canary().expect("a seal");
        db.store().add_canary(&old).await.expect("as before the last run");
        let lock = db.hold_canaries().await;
        let (_dir, mut process) = begin(&db, &[]);
        until("it waits for the lock", async || db.somebody_waits().await).await;
        process.kill().await;
        lock.release().await;
        readable("before the old canary is retired").await;
        assert!(startup::check_canaries(db.store(), &during()).await.is_ok());
    }
    let (code, said) = rotate(&db, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(startup::check_canaries(db.store(), &after()).await.is_ok());
}

async fn a_wrong_master_key_changes_nothing(db: TestDb) {
    furnish(&db, 1).await;
    let before = db.rows_of_all_tables().await;
    let mut wrong = settings(&db);
    wrong.retain(|(name, _)| name != "APP_MASTER_KEY_PREVIOUS");
    let (code, said) = rotate_with(&wrong, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("APP_MASTER_KEY differs"), "{said}");
    wrong.retain(|(name, _)| name != "APP_MASTER_KEY");
    let (code, said) = rotate_with(&wrong, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("APP_MASTER_KEY is not set"), "{said}");
    assert_eq!(db.rows_of_all_tables().await, before);
}
