use shared::{
    clock::Clock,
    ids::ProcessId,
    store::{KeyHolder, ProcessRole},
    testing::TestDb,
};

shared::each_engine!(
    a_process_says_which_keys_it_holds,
    a_dead_process_is_forgotten_unless_it_beat,
    a_start_with_a_wrong_key_leaves_no_word,
);

fn holder(db: &TestDb, role: ProcessRole, current: &str, previous: &[&str]) -> KeyHolder {
    KeyHolder {
        id: ProcessId::new(&**db.clock()),
        role,
        pid: 7,
        key_ids: TestDb::vault_of(current, previous).key_ids(),
        beat: 0,
        started_at: db.clock().now(),
    }
}

async fn a_process_says_which_keys_it_holds(db: TestDb) {
    let (old, new) = (TestDb::MASTER_KEY, TestDb::NEXT_MASTER_KEY);
    let key = TestDb::vault_of(new, &[]).current_key_id();
    let bot = holder(&db, ProcessRole::Bot, old, &[]);
    let worker = holder(&db, ProcessRole::Worker, old, &[new]);
    let troupe = holder(&db, ProcessRole::Troupe, new, &[old]);
    let said = |holder: &KeyHolder| (holder.knows(key), holder.seals_with_another(key));
    assert_eq!([&bot, &worker, &troupe].map(said), [(false, true), (true, false), (true, false)]);
    let prepared = holder(&db, ProcessRole::Bot, old, &[new]);
    assert_eq!(said(&prepared), (true, true));

    db.store().hold_keys(&bot).await.unwrap();
    db.clock().advance(chrono::TimeDelta::seconds(1));
    let troupe = KeyHolder { started_at: db.clock().now(), ..troupe };
    db.store().hold_keys(&troupe).await.unwrap();
    let first = KeyHolder { beat: 0, ..bot.clone() };
    assert_eq!(db.store().key_holders().await.unwrap(), [first, troupe.clone()]);
    db.store().hold_keys(&bot).await.unwrap();
    assert_eq!(db.store().key_holders().await.unwrap()[0].beat, 1);
    db.store().let_go_of_keys(bot.id).await.unwrap();
    assert_eq!(db.store().key_holders().await.unwrap(), [troupe]);
}

async fn a_dead_process_is_forgotten_unless_it_beat(db: TestDb) {
    let bot = holder(&db, ProcessRole::Bot, TestDb::MASTER_KEY, &[]);
    db.store().hold_keys(&bot).await.unwrap();
    db.store().hold_keys(&bot).await.unwrap();
    assert!(!db.store().forget_key_holder(bot.id, 0).await.unwrap());
    assert!(db.store().forget_key_holder(bot.id, 1).await.unwrap());
    assert!(!db.store().forget_key_holder(bot.id, 1).await.unwrap());
    // it was only frozen
    db.store().hold_keys(&bot).await.unwrap();
    assert_eq!(db.store().key_holders().await.unwrap(), [bot]);
}

async fn a_start_with_a_wrong_key_leaves_no_word(db: TestDb) {
    use shared::{config::MasterKeyTexts, startup};
    let texts = |current: &str| MasterKeyTexts { current: current.into(), previous: Vec::new() };
    let open = async |current: &str| {
        let never = std::future::pending();
        startup::open(ProcessRole::Worker, &db.engine(), None, &texts(current), never).await
    };
    let ground = open(TestDb::MASTER_KEY).await.unwrap().unwrap();
    let held = db.store().key_holders().await.unwrap();
    assert_eq!((held.len(), held[0].role), (1, ProcessRole::Worker));
    assert_eq!(held[0].key_ids, db.vault().key_ids());
    assert!(open(TestDb::NEXT_MASTER_KEY).await.is_err());
    assert_eq!(db.store().key_holders().await.unwrap().len(), 1);
    ground.hold.release().await;
    assert!(db.store().key_holders().await.unwrap().is_empty());
    ground.store.close().await;
}
