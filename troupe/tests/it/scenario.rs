//! The product's main job, from both sides of Discord.

use serde_json::json;
use shared::testing::TestDb;

use crate::stage::Stage;

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1111");

shared::each_engine!(a_person_talks_on_their_own_key);

async fn a_person_talks_on_their_own_key(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    alice.say("general", "@Viola marzipan").unwrap();
    let reply = stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;
    assert_eq!(reply.webhook_name(), Some("Viola"));
    assert_eq!(stage.provider.ledger().calls().len(), 1);
    let used = alice.slash("general", "usage", json!({"period": "today"})).unwrap();
    assert!(stage.private_answer(&used).await.content.contains('$'));
    stage.close().await;
}
