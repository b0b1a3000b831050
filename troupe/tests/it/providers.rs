//! Providers that fail in every way they know: the one who pays sees an outcome each time, pays once
//! at most, and never reads what the provider said.

use std::time::Duration;

use playground::{
    discord::{Options, Person, Snowflake, world::Message},
    provider::{Fault, KeyPlan, Refusal, Reply, Script, Stage as CallStage},
};
use serde_json::json;
use shared::{
    model::{FailureKind, UsageSource},
    testing::{SeenUsage, TestDb, TestEngine},
};

use crate::{process::PATIENCE, stage::Stage};

shared::each_engine!(
    what_a_key_is_worth_is_told,
    failures_are_told_and_nothing_is_repeated_that_may_have_cost,
    a_refused_key_is_switched_off_only_if_it_is_bad,
);

/// What providers say in the failures here; nobody may read it, in Discord or in the log.
const THEIR_WORDS: [&str; 9] = [
    "Provider disconnected",
    "Provider returned error",
    "User not found",
    "Internal Server Error",
    "cloudflare",
    "Key limit exceeded",
    "No endpoints",
    "openrouter.ai/settings",
    "Incorrect API key",
];

fn key(name: &str) -> String {
    format!("sk-or-{}{name:0>44}", "v1-")
}

fn no_word_of_the_provider(stage: &Stage) {
    let said: Vec<String> = stage
        .discord
        .look(|world| world.all_messages().map(|message| message.content.clone()).collect());
    for text in said.iter().chain(&stage.log()) {
        let theirs = THEIR_WORDS.iter().find(|words| text.contains(**words));
        assert_eq!(theirs, None, "{text}");
    }
}

/// The state of a request, and why it is so, in the words that are stored.
type End = (&'static str, Option<&'static str>);

async fn requests_of(stage: &Stage, person: &Person) -> Vec<End> {
    let user = stage.user(person).await;
    let requests = stage.db.requests_of(user.id).await;
    requests
        .iter()
        .map(|request| (request.state.as_str(), request.failure.map(FailureKind::as_str)))
        .collect()
}

async fn usage_of(stage: &Stage, person: &Person) -> Vec<SeenUsage> {
    stage.db.usage_of(stage.user(person).await.id).await
}

/// How many of the person's keys are live and in use.
async fn keys_of(stage: &Stage, person: &Person) -> usize {
    let user = stage.user(person).await;
    let keys = stage.store().await.live_keys(user.id).await.expect("a look");
    keys.iter().filter(|key| key.is_active).count()
}

fn calls_with(stage: &Stage, key: &str) -> Vec<CallStage> {
    let calls = stage.provider.ledger().calls();
    let own = calls.iter().filter(|call| call.bearer.as_deref() == Some(key));
    own.map(|call| call.stage).collect()
}

/// The direct message to a person with these words.
async fn told(stage: &Stage, person: &Person, words: &str) -> Message {
    let direct = person.dm_channel();
    let told = person.wait_for_message(direct, PATIENCE, |said| said.content.contains(words)).await;
    told.unwrap_or_else(|error| panic!("never told {words:?}: {error}\n{}", stage.said()))
}

async fn what_a_key_is_worth_is_told(db: TestDb) {
    let stage = Stage::open(db).await;
    let (good, new) = (key("good"), key("new"));
    let alice = stage.person_with_key("alice", &good).await;
    let set = async |person: &Person, typed: &str| {
        stage.type_key(person, "wallet set", json!({}), typed).await.content
    };

    for (name, malformed) in
        [("ann", "sk-or"), ("ben", "\"  \""), ("cid", "sk-or-v1-with a space in it 0123456789")]
    {
        let checks = stage.provider.ledger().counters().key_checks;
        let said = set(&stage.discord.user(name), malformed).await;
        assert!(said.starts_with('❌') && said.contains("Nothing was stored or sent"), "{said}");
        assert_eq!(stage.provider.ledger().counters().key_checks, checks, "it was sent");
    }
    // alice has a key already; it stays what it was
    let said = set(&alice, &new).await;
    assert!(said.contains("doesn't accept") && said.contains("**not stored**"), "{said}");
    stage.provider.add_key(&new, KeyPlan::management());
    let said = set(&alice, &new).await;
    assert!(said.contains("management key") && said.contains("**not stored**"), "{said}");
    stage.provider.add_key(&new, KeyPlan::unlimited());
    let test = stage.type_key(&alice, "wallet test", json!({"new": true}), &new).await.content;
    assert!(test.contains("only tested, **not stored**"), "{test}");
    for (name, refusal, words) in [
        ("dan", Refusal::status(500), "didn't answer"),
        ("eve", Refusal::html(200), "didn't answer"),
        ("fay", Refusal::status(429), "asks me to wait"),
    ] {
        let person = stage.discord.user(name);
        stage.provider.refuse_key_checks(Some(refusal));
        let said = set(&person, &new).await;
        assert!(said.contains("couldn't be checked") && said.contains(words), "{said}");
        assert!(said.contains("**not stored**") && said.contains("Try again in"), "{said}");
        assert_eq!(keys_of(&stage, &person).await, 0);
    }
    stage.provider.refuse_key_checks(None);
    let list = alice.slash("general", "wallet list", json!({})).expect("she may");
    let list = stage.private_answer(&list).await.content;
    assert!(list.contains("good") && !list.contains("0new"), "{list}");

    // with nothing on it, and with what pasting adds
    stage.provider.add_key(&new, KeyPlan::with_credit(0));
    let said = set(&alice, &format!("  Bearer {new}\u{200b} ")).await;
    assert!(said.contains("**stored**") && said.contains("Nothing is left on it"), "{said}");
    assert_eq!(keys_of(&stage, &alice).await, 1);
    no_word_of_the_provider(&stage);
    stage.close().await;
}

/// The check expires after two minutes; the test lets that happen at once.
#[test]
fn without_a_worker_a_key_is_not_stored_and_that_is_told() {
    shared::testing::run(TestEngine::Postgres, async |db| {
        let mut stage = Stage::open(db).await;
        for worker in &mut stage.workers {
            assert_eq!(worker.stop().await, Some(0));
        }
        stage.workers.clear();
        let typed = key("typed");
        stage.provider.add_key(&typed, KeyPlan::unlimited());
        let alice = stage.discord.user("alice");
        let answer = stage.type_key(&alice, "wallet set", json!({}), &typed);
        let expiring = async {
            while stage.db.expire_checks().await == 0 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let (answer, ()) = tokio::join!(answer, expiring);
        let said = answer.content;
        assert!(said.contains("no worker is running") && said.contains("**not stored**"), "{said}");
        // the one that comes too late stores nothing either
        stage.start_worker();
        stage.workers[0].says("worker registered").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(keys_of(&stage, &alice).await, 0);
        assert_eq!(stage.provider.ledger().counters().key_checks, 0);
        stage.close().await;
    });
}

async fn a_refused_key_is_switched_off_only_if_it_is_bad(db: TestDb) {
    let stage = Stage::open(db).await;
    let (bad, slandered) = (key("bad1"), key("slan"));
    let alice = stage.person_with_key("alice", &bad).await;
    let bob = stage.person_with_key("bob", &slandered).await;
    stage.provider.remove_key(&bad);
    stage.provider.script_key(&slandered, Script::status(401));

    let (hers, his) = (channel(&stage, "hers"), channel(&stage, "his"));
    alice.say(hers, "@Viola one").expect("she may");
    bob.say(his, "@Viola one").expect("he may");
    told(&stage, &alice, "it was switched off").await;
    stage.reply(&alice, hers, |_| true).await;
    assert_eq!(keys_of(&stage, &alice).await, 0);
    assert_eq!(requests_of(&stage, &alice).await, [failed("invalid_key")]);
    assert_eq!(usage_of(&stage, &alice).await, []);
    let list = alice.slash(hers, "wallet list", json!({})).expect("she may");
    let list = stage.private_answer(&list).await.content;
    assert!(list.contains("bad1"), "it is still hers: {list}");

    // the next message is not sent to anybody
    alice.say(hers, "@Viola two").expect("she may");
    told(&stage, &alice, "because its provider refuses it").await;
    assert_eq!(calls_with(&stage, &bad), [CallStage::Refused(401)]);

    told(&stage, &bob, "couldn't be reached").await;
    stage.reply(&bob, his, |_| true).await;
    assert_eq!(keys_of(&stage, &bob).await, 1, "only a confirmed refusal counts");
    assert_eq!(requests_of(&stage, &bob).await, [failed("transient")]);
    stage.provider.clear_scripts();
    bob.say(his, "@Viola marzipan").expect("he may");
    stage.reply(&bob, his, |said| said.content.contains("marzipan")).await;
    assert_eq!(calls_with(&stage, &slandered).len(), 2);
    no_word_of_the_provider(&stage);
    stage.close().await;
}

fn failed(kind: &'static str) -> End {
    ("failed", Some(kind))
}

/// One way to fail, and what is to come of it.
struct Case {
    name: &'static str,
    script: Script,
    /// How often the provider is asked.
    calls: usize,
    /// The end of the request, and why.
    end: End,
    /// In the channel.
    seen: &'static str,
    /// In private.
    told: Option<&'static str>,
}

impl Case {
    fn answered(name: &'static str, script: Script, seen: &'static str) -> Self {
        Self { name, script, calls: 1, end: ("answered", None), seen, told: None }
    }

    /// It was refused before anything was done.
    fn refused(
        name: &'static str,
        refusal: Refusal,
        kind: &'static str,
        told: &'static str,
    ) -> Self {
        let script = Script::fault(Fault::Refuse(refusal));
        let end = ("failed", Some(kind));
        Self { name, script, calls: 1, end, seen: "-# ref ", told: Some(told) }
    }

    fn asked(self, calls: usize) -> Self {
        Self { calls, ..self }
    }

    /// It may have cost something: once, and what arrived is kept. The channel says all there is to
    /// say.
    fn broken(name: &'static str, fault: Fault, seen: &'static str) -> Self {
        let script = Script::chunks(["Ham", "let ", "said"]).failing(fault);
        let end = ("interrupted", Some("interrupted"));
        Self { name, script, calls: 1, end, seen, told: None }
    }
}

const NOTHING_CAME: &str = "broke off before any text came";

fn cases() -> Vec<Case> {
    let text = "Zürich – naïve 🦀 façade";
    let chunks = ["Zürich – na", "ïve 🦀", " façade"];
    vec![
        Case::answered("whole", Script::chunks(chunks), text),
        Case::answered("bytes", Script::chunks(chunks).in_pieces_of(1), text),
        Case::answered("crlf", Script::chunks(chunks).with_crlf().in_pieces_of(7), text),
        Case::answered("no-done", Script::chunks(chunks).failing(Fault::NoDone), text),
        Case::answered("no-usage", Script::chunks(chunks).failing(Fault::NoUsage), text),
        Case::answered(
            "declined",
            Script { reply: Reply::Refusal("I would rather not.".into()), ..Script::default() },
            "I would rather not.",
        ),
        Case::refused("s402", Refusal::status(402), "quota", "credit"),
        Case::refused("s403", Refusal::status(403), "quota", "limit of this key"),
        Case::refused("s404", Refusal::status(404), "model_unavailable", "isn't available"),
        Case::refused(
            "s429",
            Refusal::status(429).retry_after("1"),
            "rate_limited",
            "takes no more requests",
        )
        .asked(3),
        Case::refused(
            "s503",
            Refusal::status(503).retry_after("1"),
            "transient",
            "couldn't be reached",
        )
        .asked(3),
        Case {
            script: Script::fault(Fault::EchoKey),
            // it speaks of the key, and `GET /key` does not confirm it
            ..Case::refused("echo", Refusal::status(400), "transient", "couldn't be reached")
        },
        Case::refused("s400", Refusal::status(400), "bad_request", "didn't understand"),
        Case::broken("s500", Fault::Refuse(Refusal::status(500)), NOTHING_CAME),
        Case::broken("s502", Fault::Refuse(Refusal::status(502)), NOTHING_CAME),
        Case::broken("s504", Fault::Refuse(Refusal::status(504)), NOTHING_CAME),
        Case::broken("page-502", Fault::Refuse(Refusal::html(502)), NOTHING_CAME),
        Case::broken("html", Fault::Html, NOTHING_CAME),
        Case::broken("empty", Fault::EmptyBody, NOTHING_CAME),
        Case::broken("error-200", Fault::ErrorBody, NOTHING_CAME),
        Case::broken("gzip", Fault::GarbageGzip, NOTHING_CAME),
        Case::broken("closed", Fault::CloseAfterBody, NOTHING_CAME),
        Case::broken("error-chunk", Fault::ErrorChunk { after: 2, code: 502 }, "Hamlet"),
        Case {
            // what the payer can do about it is not the channel's business
            end: ("interrupted", Some("quota")),
            told: Some("credit"),
            ..Case::broken("spent", Fault::ErrorChunk { after: 2, code: 402 }, "Hamlet")
        },
        Case::broken("cut", Fault::BreakAfter(2), "Hamlet"),
        Case {
            script: Script::chunks([""]),
            end: ("interrupted", Some("empty_answer")),
            ..Case::broken("silent", Fault::NoDone, "empty answer")
        },
    ]
}

async fn failures_are_told_and_nothing_is_repeated_that_may_have_cost(db: TestDb) {
    let stage = Stage::open_with(db, Options::default(), &[]).await;
    let mut people = Vec::new();
    for case in cases() {
        let key = key(case.name);
        let person = stage.person_with_key(case.name, &key).await;
        stage.provider.script_key(&key, case.script.clone());
        let channel = channel(&stage, case.name);
        people.push((case, person, channel, key));
    }
    // a provider that asks to wait, and then answers
    let (patient, waited) = (key("wait"), channel(&stage, "wait"));
    let zoe = stage.person_with_key("zoe", &patient).await;
    stage.provider.script_next(Script::fault(Fault::Refuse(Refusal::status(429).retry_after("1"))));
    zoe.say(waited, "@Viola marzipan").expect("she may");
    stage.reply(&zoe, waited, |said| said.content.contains("marzipan")).await;
    let calls = calls_with(&stage, &patient);
    assert_eq!(calls, [CallStage::Refused(429), CallStage::Completed]);
    assert_eq!(usage_of(&stage, &zoe).await.len(), 1);

    for (_, person, channel, _) in &people {
        person.say(*channel, "@Viola what then?").expect("they may");
    }
    for (case, person, channel, key) in &people {
        check(&stage, case, person, *channel, key).await;
    }
    no_word_of_the_provider(&stage);
    let keys: Vec<&str> = people.iter().map(|(.., key)| key.as_str()).collect();
    for line in stage.log() {
        assert!(!keys.iter().any(|key| line.contains(key)), "{line}");
    }
    stage.close().await;
}

async fn check(stage: &Stage, case: &Case, person: &Person, channel: Snowflake, key: &str) {
    let name = case.name;
    let reply = stage.reply(person, channel, |_| true).await;
    assert!(reply.content.contains(case.seen), "{name}: {}", reply.content);
    let (ended, failure) = case.end;
    assert_eq!(requests_of(stage, person).await, [case.end], "{name}");
    // asking again is offered wherever it may help
    let offered = usize::from(ended != "answered" && failure != Some("bad_request"));
    let retries = reply
        .buttons()
        .filter(|button| button["custom_id"].as_str().is_some_and(|id| id.starts_with("retry:")));
    assert_eq!(retries.count(), offered, "{name}");
    let calls = calls_with(stage, key);
    assert_eq!(calls.len(), case.calls, "{name}: {calls:?}");
    assert_eq!(keys_of(stage, person).await, 1, "{name}: the key is not to blame");

    let usage = usage_of(stage, person).await;
    if ended == "failed" {
        assert_eq!(usage, [], "{name}: nothing was spent");
    } else {
        let [SeenUsage { source, outcome, cost, .. }] = usage[..] else {
            panic!("{name}: {usage:?}")
        };
        assert_eq!(outcome.as_str(), ended, "{name}");
        if ended == "answered" && name != "no-usage" {
            assert_eq!(source, UsageSource::Stream, "{name}");
        }
        assert_eq!(cost.is_some(), source != UsageSource::Unknown, "{name}: {usage:?}");
    }
    if let Some(words) = case.told {
        let notice = told(stage, person, words).await;
        assert!(notice.content.contains("Reference"), "{name}: {}", notice.content);
    }
    if ended == "interrupted" {
        // nothing came after it
        let own: Vec<String> = stage
            .discord
            .look(|world| world.messages(channel).map(|message| message.content.clone()).collect());
        assert_eq!(own.len(), 2, "{name}: {own:?}");
    }
}

/// A channel of one's own, so that replies can't be mistaken.
fn channel(stage: &Stage, name: &str) -> Snowflake {
    let guild = stage.discord.look(|world| world.guilds().next().expect("a server").id);
    stage.discord.add_channel(guild, name)
}
