//! What the gateway repeats, holds back and forgets.

use std::collections::VecDeque;

use playground::{
    discord::{Entry, Traffic},
    provider::GateAt,
};
use serde_json::json;
use shared::testing::TestDb;

use crate::{
    play::{answer, finished, soon},
    process::PATIENCE,
    scenario::ALICES,
    stage::Stage,
};

shared::each_engine!(
    what_comes_twice_is_answered_once,
    what_was_said_while_the_gateway_was_away_is_answered,
    a_session_that_is_gone_is_begun_anew,
);

async fn what_comes_twice_is_answered_once(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.provider.gate(GateAt::BeforeHeaders);
    let asked = alice.say("general", "@Viola marzipan").unwrap();
    stage.discord.redeliver(asked);
    soon(gate.reached()).await;
    stage.discord.redeliver(asked);
    gate.release();
    finished(&stage, &alice, "general", "marzipan").await;
    stage.discord.redeliver(asked);
    let chat = json!({"personality": "viola", "message": "nougatine"});
    alice.slash("stage", "chat", chat).unwrap();
    stage.discord.faults().repeat_events(3);
    finished(&stage, &alice, "stage", "nougatine").await;
    stage.discord.faults().repeat_events(20);

    // a new process knows of it from the database alone
    stage.restart_bot().await;
    assert!(logins(&stage, 2).await, "{}", stage.said());
    stage.bot_is_up().await;
    stage.discord.redeliver(asked);

    // all that came before is dealt with once this is answered, in the same mailbox
    answer(&stage, &alice, "backstage", "@Viola pistachio").await;
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    for (place, count) in [("general", 1), ("stage", 1), ("backstage", 1)] {
        let seen = alice.visible_messages(place).unwrap();
        let replies = seen.iter().filter(|said| stage.is_by_bot(said) && !said.is_ephemeral());
        assert_eq!(replies.count(), count, "in {place}");
    }
    let told = stage.told(&alice, "usage", json!({"period": "all"})).await;
    assert!(told.contains("3 requests"), "{told}");
    stage.close().await;
}

async fn what_was_said_while_the_gateway_was_away_is_answered(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let faults = stage.discord.faults();
    faults.refuse_gateway(true);
    faults.drop_gateway();
    let away =
        stage.discord.wait_for(PATIENCE, |world| (world.sessions_online() == 0).then_some(()));
    assert!(away.await.is_some(), "{}", stage.said());
    for (place, word) in
        [("general", "marzipan"), ("stage", "nougatine"), ("rehearsal", "pistachio")]
    {
        alice.say(place, &format!("@Viola {word}")).unwrap();
    }
    faults.refuse_gateway(false);
    for (place, word) in
        [("general", "marzipan"), ("stage", "nougatine"), ("rehearsal", "pistachio")]
    {
        finished(&stage, &alice, place, word).await;
    }
    let sent = stage.discord.ledger().frames_received();
    let count = |op: u64| sent.iter().filter(|frame| frame["op"] == op).count();
    assert_eq!(count(2), 1, "it logged in once");
    assert!(count(6) >= 1, "and then resumed");
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    stage.close().await;
}

async fn a_session_that_is_gone_is_begun_anew(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    answer(&stage, &alice, "general", "@Viola marzipan").await;
    stage.discord.faults().invalidate_sessions(false);
    assert!(logins(&stage, 2).await, "{}", stage.said());
    assert!(stage.discord.wait_for_sessions(1, PATIENCE).await, "{}", stage.said());
    // which is why it also hears again of servers, threads and itself
    for place in ["general", "rehearsal"] {
        let reply = answer(&stage, &alice, place, "@Viola nougatine").await;
        assert_eq!(reply.webhook_name(), Some("Viola"));
    }
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    stage.close().await;
}

/// Waits until the bot has begun so many sessions.
async fn logins(stage: &Stage, count: usize) -> bool {
    let is_login = |entry: &&Entry| matches!(&entry.what, Traffic::Received(f) if f["op"] == 2);
    let look = |entries: &VecDeque<Entry>| {
        (entries.iter().filter(is_login).count() >= count).then_some(())
    };
    stage.discord.ledger().wait_for(PATIENCE, look).await.is_some()
}
