use shared::{ids::BotId, store::ShardRange, testing::TestDb};

shared::each_engine!(
    shards_are_taken_all_or_none,
    a_stand_by_takes_over_when_the_beat_stands_still,
    whoever_lets_go_need_not_be_waited_for,
);

fn bot(db: &TestDb) -> BotId {
    BotId::new(&**db.clock())
}

fn shards(first: u32, last: u32) -> ShardRange {
    ShardRange::new(4, first, last).unwrap()
}

async fn shards_are_taken_all_or_none(db: TestDb) {
    let (store, one, other) = (db.store(), bot(&db), bot(&db));
    assert!(store.take_leases(shards(1, 2), one, &[]).await.unwrap());
    for range in [shards(0, 1), shards(2, 3), shards(0, 3), shards(1, 2)] {
        assert!(!store.take_leases(range, other, &[]).await.unwrap());
    }
    assert!(store.leases(shards(0, 0)).await.unwrap().is_empty());
    assert!(store.leases(shards(3, 3)).await.unwrap().is_empty());
    assert!(store.take_leases(shards(3, 3), other, &[]).await.unwrap());
    // the same numbers of another count of shards are other shards
    assert!(store.take_leases(ShardRange::single(), other, &[]).await.unwrap());
    let held = store.leases(shards(0, 3)).await.unwrap();
    let held: Vec<_> = held.iter().map(|lease| (lease.shard, lease.owner, lease.beat)).collect();
    assert_eq!(held, [(1, one, 0), (2, one, 0), (3, other, 0)]);
}

async fn a_stand_by_takes_over_when_the_beat_stands_still(db: TestDb) {
    let (store, holder, stand_by, late) = (db.store(), bot(&db), bot(&db), bot(&db));
    let range = shards(0, 1);
    assert!(store.take_leases(range, holder, &[]).await.unwrap());
    let seen = store.leases(range).await.unwrap();
    assert!(store.beat_leases(range, holder).await.unwrap());
    assert!(!store.take_leases(range, stand_by, &seen).await.unwrap());
    let seen = store.leases(range).await.unwrap();
    assert_eq!(seen[0].beat, 1);
    assert!(store.take_leases(range, stand_by, &seen).await.unwrap());
    // the second stand-by has read the same, and is too late
    assert!(!store.take_leases(range, late, &seen).await.unwrap());
    assert!(!store.beat_leases(range, holder).await.unwrap());
    assert!(store.beat_leases(range, stand_by).await.unwrap());
    // one of two is not enough
    assert!(!store.beat_leases(shards(0, 2), stand_by).await.unwrap());
}

async fn whoever_lets_go_need_not_be_waited_for(db: TestDb) {
    let (store, one, other) = (db.store(), bot(&db), bot(&db));
    assert!(store.take_leases(shards(0, 1), one, &[]).await.unwrap());
    store.release_leases(other).await.unwrap();
    assert!(!store.take_leases(shards(0, 1), other, &[]).await.unwrap());
    store.release_leases(one).await.unwrap();
    assert!(!store.beat_leases(shards(0, 1), one).await.unwrap());
    assert!(store.take_leases(shards(0, 1), other, &[]).await.unwrap());
}
