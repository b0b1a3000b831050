//! The product's main job, from both sides of Discord, in the database, in Redis and in the logs.

use playground::{
    discord::Options,
    provider::{Call, Gate, GateAt, Script},
};
use serde_json::json;
use shared::{
    model::Provider,
    store::User,
    testing::{TestDb, TestEngine},
};

use crate::{
    monitor::Monitor,
    play::soon,
    secrets::{Secrets, logged_in},
    stage::{Stage, redis_prefix},
};

pub(crate) const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1111");
pub(crate) const BOBS: &str = concat!("sk-or-", "v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2222");

shared::each_engine!(two_people_talk_at_once_each_on_their_own_key,);

async fn two_people_talk_at_once_each_on_their_own_key(db: TestDb) {
    let mut monitor =
        if db.kind() == TestEngine::Postgres { Some(Monitor::start().await) } else { None };
    let logs = tempfile::tempdir().unwrap();
    let dir = logs.path().to_str().unwrap().to_owned();
    let stage = Stage::open_with(db, Options::default(), &[("LOG_DIR", &dir)]).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let gate = Gate::new(GateAt::BeforeHeaders);
    for key in [ALICES, BOBS] {
        stage.provider.script_key(key, Script::default().gated(gate.clone()));
    }

    alice.say("general", "@Viola marzipan").unwrap();
    bob.say("general", "@Viola nougatine").unwrap();
    soon(gate.reached_by(2)).await;
    assert_eq!(stage.provider.ledger().counters().open, 2);
    gate.release();
    for (person, word, other) in
        [(&alice, "marzipan", "nougatine"), (&bob, "nougatine", "marzipan")]
    {
        let reply = stage.reply(person, "general", |said| said.content.contains(word)).await;
        assert_eq!(reply.webhook_name(), Some("Viola"));
        assert!(!reply.content.contains(other), "{}", reply.content);
    }

    // once more, with what was said before in mind
    alice.say("general", "@Viola pistachio").unwrap();
    stage.reply(&alice, "general", |said| said.content.contains("pistachio")).await;
    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 3);
    let said_with = |key: &str| -> Vec<&Call> {
        calls.iter().filter(|call| call.bearer.as_deref() == Some(key)).collect()
    };
    let holds = |call: &Call, word: &str| call.body.to_string().contains(word);
    let [first, second] = said_with(ALICES)[..] else { panic!("{calls:?}") };
    assert!(holds(first, "marzipan") && holds(second, "marzipan") && holds(second, "pistachio"));
    // what bob said to her in the same channel is known by then, and was not while she answered both
    assert!(!holds(first, "nougatine") && holds(second, "nougatine"));
    let [only] = said_with(BOBS)[..] else { panic!("{calls:?}") };
    assert!(holds(only, "nougatine") && !holds(only, "marzipan"));

    for (person, requests) in [(&alice, "2 requests"), (&bob, "1 request ")] {
        let used = person.slash("general", "usage", json!({"period": "today"})).unwrap();
        let told = stage.private_answer(&used).await.content;
        assert!(told.contains(requests) && told.contains('$'), "{told}");
    }
    let (alice, bob) = (stage.user(&alice).await, stage.user(&bob).await);
    assert_only_its_owner_opens_it(&stage, &alice, ALICES, &bob).await;
    assert_only_its_owner_opens_it(&stage, &bob, BOBS, &alice).await;
    if let Some(monitor) = &mut monitor {
        monitor.assert_only_ids(&redis_prefix(&stage.dir), &[alice.id, bob.id]).await;
    }

    // who takes the database along has what people said, and no key or token to use
    let dump = stage.db.dump().await;
    assert!(dump.iter().any(|text| text.contains("marzipan")), "the dump holds nothing");
    Secrets::of(&stage, &[ALICES, BOBS], &[]).assert_absent(&dump);

    // no log of any process holds anything of it, on stdout or in the files
    let words = ["marzipan", "nougatine", "pistachio", "stand-in model", "travelling theatre"];
    let secrets = Secrets::of(&stage, &[ALICES, BOBS], &words);
    let said = stage.log();
    stage.close().await;
    for log in [said, logged_in(logs.path())] {
        // it is the whole log, of all rooms, at the finest level
        for ours in ["\"bot::", "\"worker::", "\"DEBUG\"", &alice.id.to_string()] {
            assert!(log.iter().any(|line| line.contains(ours)), "no line with {ours}");
        }
        secrets.assert_absent(&log);
    }
}

/// The three columns hold hex, which opens for its owner and under no other id.
async fn assert_only_its_owner_opens_it(stage: &Stage, owner: &User, key: &str, other: &User) {
    let stored = stage.store().await.sealed_key(owner.id, Provider::OpenRouter).await.unwrap();
    let sealed = stored.unwrap().sealed.unwrap();
    for column in [sealed.iv(), sealed.content(), sealed.tag()] {
        assert!(column.len() >= 32 && column.chars().all(|c| c.is_ascii_hexdigit()), "{column}");
    }
    let opener = stage.db.vault().opener();
    let text = opener.open(owner.id, Provider::OpenRouter, &sealed);
    assert_eq!(text.map(|text| text.expose() == key).ok(), Some(true));
    assert!(opener.open(other.id, Provider::OpenRouter, &sealed).is_err(), "it opens for another");
}
