//! Processes die, and Redis is away: nothing is lost, said twice or paid twice.

use std::time::Duration;

use playground::{
    discord::{Effect, Fault, Invocation, Options, Person, world::Message},
    provider::{Call, GateAt, Stage as CallStage},
};
use shared::{
    clock::{Clock, SystemClock},
    ids::WorkerId,
    testing::{TestDb, TestEngine},
    timezone::{Period, Timezone},
};

use crate::{
    process::PATIENCE,
    stage::{Stage, is_finished},
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2222");
const BOBS: &str = concat!("sk-or-", "v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2222");
/// A death is noticed after 20 seconds of silence, and somebody has to look first.
const MOURNING: Duration = Duration::from_secs(70);
/// What stands under a reply that broke off.
const BROKE_OFF: &str = "The connection to the model broke off";

shared::each_engine!(
    a_worker_dies_while_it_streams,
    a_worker_dies_before_it_calls,
    a_worker_is_told_to_stop_while_it_streams,
    a_bot_dies_before_it_knows_its_placeholder,
    a_placeholder_whose_answer_is_lost_is_not_posted_twice,
);

async fn a_worker_dies_while_it_streams(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let streaming = stage.provider.gate(GateAt::AfterChunks(2));
    alice.say("general", "@Viola marzipan").unwrap();
    seen_streaming(&stage, &alice).await;
    let silent = stage.provider.gate(GateAt::BeforeHeaders);
    bob.say("stage", "@Viola praline").unwrap();
    silent.reached().await;
    // waits behind the first, and is to be answered after it
    alice.say("general", "@Viola nougat").unwrap();
    accepted(&stage, 3).await;
    stage.kill_worker().await;
    let broken = broken_off(&stage, &alice, "general").await;
    assert!(broken.content.starts_with("Speaking as Viola:"), "{}", broken.content);
    let empty = broken_off(&stage, &bob, "stage").await;
    assert!(empty.buttons().any(|button| button["label"] == "Retry"));
    streaming.release();
    silent.release();
    stage.reply(&alice, "general", |said| said.content.contains("nougat")).await;
    for word in ["marzipan", "praline", "nougat"] {
        assert_eq!(calls_about(&stage, word), 1, "{word}: no call is repeated by itself");
    }
    assert_eq!(calls_in_usage(&stage, &alice).await, 2);
    assert_eq!(calls_in_usage(&stage, &bob).await, 1);

    // nobody else may spend alice's money
    let refused = bob.click(broken.id, "Retry").unwrap().followup(1, PATIENCE).await.unwrap();
    assert!(refused.is_ephemeral());
    assert!(refused.content.contains("Only the person who asked"), "{}", refused.content);
    assert_eq!(stage.provider.ledger().calls().len(), 3);

    // twice before the first shows
    let presses = [(); 2].map(|()| alice.click(broken.id, "Retry").unwrap());
    let whole = stage
        .reply(&alice, "general", |said| {
            said.content.contains("marzipan") && said.content.contains("answer here.")
        })
        .await;
    assert_ne!(whole.id, broken.id, "the answer that broke off stays as it is");
    let refusal = async {
        loop {
            let said: Vec<_> = presses.iter().flat_map(Invocation::followups).collect();
            if let [only] = &*said {
                break only.content.clone();
            }
            assert!(said.len() < 2, "both presses were refused");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let refusal = tokio::time::timeout(PATIENCE, refusal).await.expect("one press is refused");
    assert!(refusal.contains("already tried again"), "{refusal}");
    alice
        .wait_for_message("general", PATIENCE, |said| {
            said.id == broken.id && said.buttons().next().is_none()
        })
        .await
        .expect("a spent button goes");
    assert_eq!(calls_about(&stage, "marzipan"), 2);
    assert_eq!(calls_in_usage(&stage, &alice).await, 3);
    stage.close().await;
}

/// Nothing was spent, so this one is done again by itself.
async fn a_worker_dies_before_it_calls(db: TestDb) {
    let stage = Stage::open_with(db, Options::default(), &[("WORKER_SLOTS", "1")]).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    // the only hand is full, and a worker of the test's own, which never beats, takes alice's
    let gate = stage.provider.gate(GateAt::AfterChunks(2));
    bob.say("stage", "@Viola praline").unwrap();
    gate.reached().await;
    alice.say("general", "@Viola marzipan").unwrap();
    let store = stage.store().await;
    let dead = WorkerId::new(&SystemClock);
    store.register_worker(dead).await.expect("one more worker");
    let user = stage.user(&alice).await.id;
    let claiming = async {
        while store.claim(dead, user, 3).await.expect("a look").is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, claiming).await.expect("something to claim");
    gate.release();
    alice
        .wait_for_message("general", MOURNING, |said| {
            is_finished(said) && said.content.contains("marzipan") && said.webhook().is_some()
        })
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    only_reply(&stage, &alice);
    assert_eq!(calls_about(&stage, "marzipan"), 1);
    assert_eq!(calls_in_usage(&stage, &alice).await, 1);
    stage.close().await;
}

async fn a_worker_is_told_to_stop_while_it_streams(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.provider.gate(GateAt::AfterChunks(2));
    alice.say("general", "@Viola marzipan").unwrap();
    seen_streaming(&stage, &alice).await;
    // the model says no more: what there is must be kept before the grace of 5 seconds is over
    let asked = std::time::Instant::now();
    if stage.is_separate() {
        let mut worker = stage.workers.pop().expect("a worker");
        assert_eq!(worker.stop().await, Some(0), "{}", stage.said());
        stage.dead.push(worker);
    } else {
        assert_eq!(stage.bot.stop().await, Some(0), "{}", stage.said());
        stage.next_bot(stage.another_bot());
    }
    assert!(asked.elapsed() < Duration::from_secs(15), "it took {:?}", asked.elapsed());
    let broken = broken_off(&stage, &alice, "general").await;
    gate.release();
    assert!(broken.content.starts_with("Speaking as Viola:"), "{}", broken.content);
    assert!(broken.buttons().any(|button| button["label"] == "Retry"));
    assert_eq!(stage.provider.ledger().calls().len(), 1);
    assert_eq!(calls_in_usage(&stage, &alice).await, 1);

    // and one that ends in time is shown whole
    if stage.is_separate() {
        stage.start_worker();
    }
    let _ = stage.discord.wait_for_sessions(1, PATIENCE).await;
    let gate = stage.provider.gate(GateAt::AfterChunks(2));
    alice.say("stage", "@Viola nougat").unwrap();
    seen_streaming_in(&stage, &alice, "stage").await;
    let release = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        gate.release();
    };
    if stage.is_separate() {
        let mut worker = stage.workers.pop().expect("a worker");
        let (code, ()) = tokio::join!(worker.stop(), release);
        assert_eq!(code, Some(0));
        stage.dead.push(worker);
    } else {
        let (code, ()) = tokio::join!(stage.bot.stop(), release);
        assert_eq!(code, Some(0));
    }
    let whole = stage.reply(&alice, "stage", |said| said.content.contains("answer here.")).await;
    assert!(whole.content.contains("nougat"), "{}", whole.content);
    assert_eq!(stage.provider.ledger().calls()[1].stage, CallStage::Completed);
    if stage.is_separate() {
        stage.close().await;
    }
}

async fn a_bot_dies_before_it_knows_its_placeholder(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    // the post is done, and the bot never hears of it
    let late = Effect::AnswerAfter(Duration::from_mins(2));
    stage.discord.faults().add(Fault::when(is_webhook_post, late));
    alice.say("general", "@Viola marzipan").unwrap();
    alice
        .wait_for_message("general", PATIENCE, |said| said.webhook_name().is_some())
        .await
        .expect("a placeholder");
    // in one process the worker dies with the bot: let it have ended its work
    answer_committed(&stage, &alice).await;
    stage.kill_bot().await;
    let reply = alice
        .wait_for_message("general", MOURNING, |said| {
            is_finished(said) && said.content.contains("marzipan") && said.webhook().is_some()
        })
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    assert!(reply.content.ends_with("answer here."), "{}", reply.content);
    only_reply(&stage, &alice);
    assert_eq!(stage.provider.ledger().calls().len(), 1);
    stage.close().await;
}

async fn a_placeholder_whose_answer_is_lost_is_not_posted_twice(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    stage.discord.faults().add(Fault::when(is_webhook_post, Effect::DropAfter));
    alice.say("general", "@Viola marzipan").unwrap();
    let reply = stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;
    assert!(reply.content.ends_with("answer here."), "{}", reply.content);
    only_reply(&stage, &alice);
    assert_eq!(stage.discord.faults().pending(), 0, "the fault was not played");
    stage.close().await;
}

#[test]
fn without_redis_everything_is_answered() {
    shared::testing::run(TestEngine::Postgres, without_redis);
}

async fn without_redis(db: TestDb) {
    let nowhere = [("REDIS_URL", "redis://127.0.0.1:1/")];
    let stage = Stage::open_with(db, Options::default(), &nowhere).await;
    // the check of the key, too, finds its worker by the database alone
    let alice = stage.person_with_key("alice", ALICES).await;
    for (place, word) in [("general", "marzipan"), ("stage", "nougat"), ("general", "praline")] {
        let asked = std::time::Instant::now();
        alice.say(place, &format!("@Viola {word}")).unwrap();
        let reply = stage.reply(&alice, place, |said| said.content.contains(word)).await;
        assert_eq!(reply.webhook_name(), Some("Viola"));
        assert!(asked.elapsed() < Duration::from_secs(10), "{word} took {:?}", asked.elapsed());
    }
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    assert!(stage.log().iter().any(|line| line.contains("Redis is away")), "it says so");
    stage.close().await;
}

/// Waits until a reply tells that it broke off.
async fn broken_off(stage: &Stage, person: &Person, place: &str) -> Message {
    person
        .wait_for_message(place, MOURNING, |said| said.content.contains(BROKE_OFF))
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.said()))
}

/// How often the model was asked about something.
fn calls_about(stage: &Stage, word: &str) -> usize {
    let calls = stage.provider.ledger().calls();
    let asks =
        |call: &&Call| call.messages.last().is_some_and(|asked| asked.content.contains(word));
    calls.iter().filter(asks).count()
}

/// Waits until the first words are there to be read.
async fn seen_streaming(stage: &Stage, person: &Person) {
    seen_streaming_in(stage, person, "general").await;
}

async fn seen_streaming_in(stage: &Stage, person: &Person, place: &str) {
    person
        .wait_for_message(place, PATIENCE, |said| said.content.starts_with("Speaking as Viola:"))
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
}

fn is_webhook_post(method: &str, path: &str) -> bool {
    // a webhook's own address has the id and the token behind it, and no message
    method == "POST" && path.contains("/webhooks/") && !path.contains("/channels/")
}

/// In the end there is one message of the bot's, with nothing left to wait for.
fn only_reply(stage: &Stage, person: &Person) {
    let seen = person.visible_messages("general").unwrap();
    let replies: Vec<_> = seen.iter().filter(|said| said.webhook_name().is_some()).collect();
    let texts: Vec<_> = replies.iter().map(|said| &said.content).collect();
    assert_eq!(replies.len(), 1, "{texts:?}\n{}", stage.said());
}

/// Waits until the bot has taken so many messages. In one process it dies with the worker.
async fn accepted(stage: &Stage, messages: usize) {
    let taken = async {
        let is_told = |line: &String| line.contains("\"accepted\"");
        while stage.bot.log().iter().filter(|line| is_told(line)).count() < messages {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, taken).await.unwrap_or_else(|_| panic!("{}", stage.said()));
}

/// Waits until the answer is in the database: usage commits with it.
async fn answer_committed(stage: &Stage, person: &Person) {
    let committed = async {
        while calls_in_usage(stage, person).await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, committed).await.unwrap_or_else(|_| panic!("{}", stage.said()));
}

async fn calls_in_usage(stage: &Stage, person: &Person) -> i64 {
    let ever = Period::All.bounds(SystemClock.now(), Timezone::UTC);
    let user = stage.user(person).await.id;
    stage.store().await.usage(user, ever).await.expect("a look").sums.requests
}
