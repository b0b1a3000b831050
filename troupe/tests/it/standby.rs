//! More than one of each: a stand-by takes over from a bot that died, and workers share the work.

use std::{collections::BTreeSet, time::Duration};

use playground::{
    discord::{Options, RateLimits, world::World},
    provider::{GateAt, Script},
};
use shared::testing::{TestDb, TestEngine};

use crate::{
    process::PATIENCE,
    stage::{Stage, is_finished},
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4444");
/// A death is noticed after 20 seconds of silence, and somebody has to look first.
const MOURNING: Duration = Duration::from_secs(70);

#[test]
fn a_standby_takes_over() {
    shared::testing::run(TestEngine::Postgres, take_over);
}

#[test]
fn two_workers_share_the_work() {
    shared::testing::run(TestEngine::Postgres, share);
}

async fn take_over(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let standby = stage.another_bot();
    standby.says("standing by").await;
    alice.say("general", "@Viola marzipan").unwrap();
    let first = stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;
    assert_eq!(stage.discord.look(World::sessions_online), 1, "one of them is connected");

    // it dies in the middle of an answer, and the answer goes on
    let gate = stage.provider.gate(GateAt::AfterChunks(2));
    alice.say("general", "@Viola nougat").unwrap();
    let begun = alice
        .wait_for_message("general", PATIENCE, |said| {
            said.id > first.id && said.content.starts_with("Speaking as Viola:")
        })
        .await
        .expect("a second answer begins");
    stage.bot.kill().await;
    stage.next_bot(standby);
    gate.release();
    let connected = stage.discord.wait_for_sessions(1, MOURNING).await;
    assert!(connected, "{}", stage.said());
    stage.bot.says("these shards are ours").await;
    let ended = alice
        .wait_for_message("general", PATIENCE, |said| {
            said.id == begun.id && is_finished(said) && said.content.ends_with("answer here.")
        })
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    assert!(ended.content.contains("nougat"), "{}", ended.content);

    alice.say("general", "@Viola praline").unwrap();
    stage.reply(&alice, "general", |said| said.content.contains("praline")).await;
    let seen = alice.visible_messages("general").unwrap();
    let replies = seen.iter().filter(|said| said.webhook_name().is_some()).count();
    assert_eq!(replies, 3, "each is answered once");
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    stage.close().await;
}

async fn share(db: TestDb) {
    let options = Options { rate_limits: RateLimits::off(), ..Options::default() };
    // each is too small for what comes
    let mut stage = Stage::open_with(db, options, &[("WORKER_SLOTS", "3")]).await;
    stage.start_worker();
    let mut people = Vec::new();
    for number in 0..8 {
        let key = format!("{}v1-{:0>36}{:04}", "sk-or-", "c", 1000 + number);
        let name = format!("person{number}");
        people.push(stage.person_with_key(&name, &key).await);
        stage.provider.script_key(&key, Script::default().paced(Duration::from_millis(60)));
    }
    for round in ["marzipan", "nougat"] {
        for (number, person) in people.iter().enumerate() {
            person.say("general", &format!("@Viola {round}{number}")).unwrap();
        }
        for (number, person) in people.iter().enumerate() {
            let word = format!("{round}{number}");
            stage.reply(person, "general", |said| said.content.contains(&word)).await;
        }
    }
    let calls = stage.provider.ledger().calls();
    let questions: BTreeSet<_> =
        calls.iter().filter_map(|call| Some(call.messages.last()?.content.clone())).collect();
    assert_eq!((calls.len(), questions.len()), (16, 16), "each was asked once");
    assert!(stage.provider.ledger().counters().most_open > 3, "one of them did all the work");
    stage.close().await;
}
