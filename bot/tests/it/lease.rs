use std::time::Duration;

use bot::lease::{Hold, LeaseLost, Pace};
use shared::{
    clock::SystemClock,
    ids::BotId,
    store::ShardRange,
    testing::{TestDb, TestEngine},
};
use tokio_util::sync::CancellationToken;

const PACE: Pace = Pace {
    beat: Duration::from_millis(20),
    look: Duration::from_millis(10),
    dead_after: Duration::from_millis(400),
};

#[tokio::test(flavor = "multi_thread")]
async fn a_stand_by_takes_over_when_the_holder_falls_silent_and_not_before() {
    let db = TestDb::create(TestEngine::Sqlite).await.unwrap();
    let (range, stop) = (ShardRange::single(), CancellationToken::new());
    let [first, second] = [(); 2].map(|()| BotId::new(&SystemClock));
    let take = async |bot, stop: &CancellationToken| {
        Hold::take(db.store().clone(), range, bot, PACE, stop).await
    };
    let holder = take(first, &stop).await.expect("free shards");
    // while it beats, nobody else gets them
    let impatient = CancellationToken::new();
    let waiting = async {
        tokio::time::sleep(PACE.dead_after * 3).await;
        impatient.cancel();
    };
    let (_, kept, nobody) =
        tokio::join!(waiting, holder.keep(&impatient), take(second, &impatient));
    assert_eq!(kept, Ok(()));
    assert!(nobody.is_none());
    // silent from here on
    let heir = take(second, &stop).await.expect("the shards of the dead");
    assert_eq!(holder.keep(&stop).await, Err(LeaseLost));
    // what is let go is free at once
    heir.release().await;
    let third = BotId::new(&SystemClock);
    let never = Pace { dead_after: Duration::from_secs(3_600), ..PACE };
    assert!(Hold::take(db.store().clone(), range, third, never, &stop).await.is_some());
}
