//! The product's main job, from both sides of Discord.

use std::{fs, path::Path, time::Duration};

use playground::{
    discord::{Invocation, Options, Person, Response, Snowflake, Traffic, world::Message},
    provider::{Call, Gate, GateAt, KeyPlan, Script, Stage as CallStage},
};
use serde_json::json;
use shared::{
    ids::ApiKeyId,
    model::Provider,
    store::{LiveKey, User},
    testing::{TestDb, TestEngine},
};
use tokio::time::timeout;

use crate::{
    monitor::Monitor,
    process::PATIENCE,
    secrets::{Secrets, logged_in},
    stage::{Stage, is_finished, redis_prefix},
};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1111");
const BOBS: &str = concat!("sk-or-", "v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2222");
const OTHER: &str = concat!("sk-or-", "v1-cccccccccccccccccccccccccccccccccccc3333");
const MANAGEMENT: &str = concat!("sk-or-", "v1-dddddddddddddddddddddddddddddddddddd4444");
const REJECTED: &str = concat!("sk-or-", "v1-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee5555");

shared::each_engine!(
    two_people_talk_at_once_each_on_their_own_key,
    a_wallet_is_kept_in_private,
    a_timezone_is_found_set_and_used,
    without_a_key_nobody_pays,
    every_way_to_address_a_personality_is_answered,
    a_word_with_nothing_behind_it_gets_a_hint,
    an_answer_is_stopped_by_who_asked_and_nobody_else,
    a_long_answer_comes_in_several_messages,
    what_comes_twice_is_answered_once,
    what_was_said_while_the_gateway_was_away_is_answered,
    a_session_that_is_gone_is_begun_anew,
    in_direct_messages_all_of_it_works_as_well,
);

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
    assert!(!holds(first, "nougatine") && !holds(second, "nougatine"));
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
    let dump = dump(&stage.db).await;
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

/// All that is in the database: the bytes of its files, or a server's own export.
async fn dump(db: &TestDb) -> Vec<String> {
    if db.kind() == TestEngine::Postgres {
        let rows = db.rows::<(String,)>("SELECT schema_to_xml('public', true, false, '')::text");
        return rows.await.into_iter().map(|(text,)| text).collect();
    }
    let url = db.url();
    let file = Path::new(url.strip_prefix("sqlite:").expect("a file"));
    let files = file.parent().expect("a directory").read_dir().expect("files");
    let bytes = files.map(|file| fs::read(file.expect("a file").path()).expect("bytes"));
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
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

async fn a_wallet_is_kept_in_private(db: TestDb) {
    let stage = Stage::open(db).await;
    let provider = &stage.provider;
    let alice = stage.discord.user("alice");
    for (command, options) in [("wallet list", json!({})), ("wallet test", json!({}))] {
        let told = stage.told(&alice, command, options).await;
        assert!(told.contains("no key stored"), "{told}");
    }

    // nothing but an ordinary key that works is stored
    provider.add_key(MANAGEMENT, KeyPlan::management());
    let told = stage.type_key(&alice, "wallet set", json!({}), MANAGEMENT).await.content;
    assert!(told.contains("management key") && told.contains("**not stored**"), "{told}");
    let asked = provider.ledger().counters().key_checks;
    let told = stage.type_key(&alice, "wallet set", json!({}), "my key is 12345").await.content;
    assert!(told.contains("Nothing was stored or sent"), "{told}");
    assert_eq!(provider.ledger().counters().key_checks, asked, "no key, and yet sent");
    assert_eq!(live_keys(&stage, &alice).await, []);

    provider.add_key(ALICES, KeyPlan::unlimited());
    let told = stage.type_key(&alice, "wallet set", json!({}), ALICES).await.content;
    for part in ["**stored**", "…1111", "**no spending limit**"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let [first] = &live_keys(&stage, &alice).await[..] else { panic!("not one key") };
    let told = stage.told(&alice, "wallet test", json!({})).await;
    assert!(told.contains("accepts your stored key …1111"), "{told}");

    // to test another one writes nothing
    provider.add_key(OTHER, KeyPlan::with_credit(2_500_000_000));
    let told = stage.type_key(&alice, "wallet test", json!({"new": true}), OTHER).await.content;
    assert!(told.contains("**not stored**") && told.contains("$2.50"), "{told}");
    assert_eq!(key_ids(&live_keys(&stage, &alice).await), [first.id]);
    assert_eq!(rows_of_keys(&stage, &alice).await, 1);

    // nor does one that is refused, and the old one goes on
    let told = stage.type_key(&alice, "wallet set", json!({}), REJECTED).await.content;
    assert!(told.contains("doesn't accept") && told.contains("stays as it was"), "{told}");
    let kept = live_keys(&stage, &alice).await;
    assert_eq!((key_ids(&kept), kept[0].is_active), (vec![first.id], true));
    assert_eq!(paid_by(&stage, &alice, "with the old key").await, ALICES);

    // what pasting adds does no harm
    let pasted = format!("  \"Bearer {OTHER}\u{200B}\" ");
    let told = stage.type_key(&alice, "wallet set", json!({}), &pasted).await.content;
    assert!(told.contains("**stored**") && told.contains("…3333"), "{told}");
    assert_eq!(paid_by(&stage, &alice, "with the new key").await, OTHER);
    let told = stage.told(&alice, "wallet list", json!({})).await;
    assert!(told.contains("…3333") && !told.contains("1111"), "{told}");

    let asked = alice.slash("general", "wallet remove", json!({})).unwrap();
    let question = stage.private_answer(&asked).await;
    assert_eq!(live_keys(&stage, &alice).await.len(), 1, "it asks first");
    alice.click(question.id, "Remove this key").unwrap();
    let removed = stage
        .reply(&alice, "general", |said| said.id == question.id && said.buttons().count() == 0);
    assert!(removed.await.content.contains("**erased**"));
    assert_eq!(live_keys(&stage, &alice).await, []);
    let told = stage.told(&alice, "wallet list", json!({})).await;
    assert!(told.contains("no key stored"), "{told}");
    let user = stage.user(&alice).await;
    let sealed =
        "SELECT COUNT(iv) + COUNT(content) + COUNT(tag) FROM user_api_keys WHERE user_id = $1";
    assert_eq!(stage.db.number_of(sealed, user.id.uuid()).await, 0);
    assert_eq!(rows_of_keys(&stage, &alice).await, 2, "the trace stays");
    stage.close().await;
}

async fn a_timezone_is_found_set_and_used(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let told = stage.told(&alice, "timezone show", json!({})).await;
    assert!(told.contains("**UTC**"), "{told}");
    let found = alice.autocomplete("general", "timezone set", "timezone", "kiriti").await.unwrap();
    let names: Vec<_> = found.iter().map(|choice| choice["value"].as_str().unwrap()).collect();
    assert_eq!(names, ["Pacific/Kiritimati"]);
    let told = stage.told(&alice, "timezone set", json!({"timezone": "Pacific/Kiritimatti"})).await;
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(told.contains("Did you mean `Pacific/Kiritimati`"), "{told}");
    assert_eq!(stage.user(&alice).await.timezone.name(), "UTC");
    let told = stage.told(&alice, "timezone set", json!({"timezone": names[0]})).await;
    assert!(told.contains("now **Pacific/Kiritimati**"), "{told}");
    let told = stage.told(&alice, "timezone show", json!({})).await;
    assert!(told.contains("**Pacific/Kiritimati**"), "{told}");

    alice.say("general", "@Viola good morning").unwrap();
    stage.reply(&alice, "general", |said| said.content.contains("good morning")).await;
    let told = stage.told(&alice, "usage", json!({"period": "today"})).await;
    // her day began at midnight there
    assert!(told.contains("00:00 (Pacific/Kiritimati)") && told.contains("1 request "), "{told}");
    let asked = stage.provider.ledger().calls()[0].body.to_string();
    assert!(asked.contains("(Pacific/Kiritimati)"), "personalities know the time of day");
    for period in ["week", "month", "all"] {
        let told = stage.told(&alice, "usage", json!({"period": period})).await;
        assert!(told.contains("1 request ") && told.contains("Kiritimati"), "{told}");
    }
    stage.close().await;
}

async fn without_a_key_nobody_pays(db: TestDb) {
    let stage = Stage::open(db).await;
    let (alice, bob) = (stage.person_with_key("alice", ALICES).await, stage.discord.user("bob"));
    alice.say("general", "@Viola marzipan").unwrap();
    let to_alice = stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;

    // by name, and by answering what alice paid for
    let named = bob.say("general", "@Viola hello").unwrap();
    let replied = bob.reply("general", to_alice.id, "and me?").unwrap();
    let told = bob.wait_for_message(bob.dm_channel(), PATIENCE, |said| {
        said.content.contains("`/wallet set`")
    });
    told.await.unwrap();
    for message in [named, replied] {
        let marked = stage.discord.wait_for(PATIENCE, |world| {
            world.message(message).filter(|said| said.reactions.contains_key("🔑")).map(|_| ())
        });
        assert!(marked.await.is_some(), "{}", stage.said());
    }
    // the public acknowledgement of a command is taken back
    let chat = json!({"personality": "viola", "message": "hello"});
    let used = bob.slash("general", "chat", chat).unwrap();
    let told = used.followup(1, PATIENCE).await.unwrap();
    assert!(told.is_ephemeral() && told.content.contains("`/wallet set`"), "{}", told.content);
    let seen = alice.visible_messages("general").unwrap();
    let spoken: Vec<_> = seen
        .iter()
        .filter(|said| stage.is_by_bot(said) && !said.is_ephemeral())
        .map(|said| said.id)
        .collect();
    assert_eq!(spoken, [to_alice.id], "the channel sees what was paid for");
    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 1, "somebody paid for bob");
    assert_eq!(rows_of_keys(&stage, &bob).await, 0);
    stage.close().await;
}

async fn every_way_to_address_a_personality_is_answered(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bot = stage.discord.bot();

    let first = answer(&stage, &alice, "general", "@Viola apples").await;
    assert_eq!(first.webhook_name(), Some("Viola"));
    answer(&stage, &alice, "general", "@vi bananas").await;
    answer(&stage, &alice, "general", &format!("<@{bot}> cherries")).await;
    alice.reply("general", first.id, "dates").unwrap();
    finished(&stage, &alice, "general", "dates").await;

    let thread = stage.discord.channel("rehearsal").unwrap();
    let reply = answer(&stage, &alice, "rehearsal", "@Viola elderberries").await;
    assert_eq!((reply.webhook_name(), reply.channel), (Some("Viola"), thread));
    // a thread that came later, of which the bot heard on the gateway
    let late = stage.discord.add_thread("stage", "improvisation").unwrap();
    alice.say(late, "@Viola figs").unwrap();
    let reply = stage.reply(&alice, late, |said| said.content.contains("figs")).await;
    assert_eq!((reply.webhook_name(), reply.channel), (Some("Viola"), late));

    alice.dm("grapes").unwrap();
    let reply =
        stage.reply(&alice, alice.dm_channel(), |said| said.content.contains("grapes")).await;
    assert!(reply.content.starts_with("**Viola**"), "{}", reply.content);

    let found = alice.autocomplete("general", "chat", "personality", "vio").await.unwrap();
    assert_eq!(found[0]["name"], "Viola");
    for (place, word) in [("general", "hazelnuts"), ("rehearsal", "imbe")] {
        let chat = json!({"personality": found[0]["value"], "message": word});
        let used = alice.slash(place, "chat", chat).unwrap();
        let reply = finished(&stage, &alice, place, word).await;
        assert_eq!(used.final_message(PATIENCE).await.unwrap().id, reply.id);
        assert!(!reply.is_ephemeral());
    }
    // what is for nobody of ours stays so
    alice.say("general", "jackfruit is not for @Viola").unwrap();
    alice.say("general", "@Violanta kiwis").unwrap();
    answer(&stage, &alice, "general", "@Viola lemons").await;

    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 10);
    for word in ["jackfruit", "kiwis"] {
        assert!(!calls.iter().any(|call| call.body.to_string().contains(word)), "{word}");
    }
    assert!(calls.iter().all(|call| call.bearer.as_deref() == Some(ALICES)));
    stage.close().await;
}

async fn a_word_with_nothing_behind_it_gets_a_hint(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let empty = alice.say("general", "@Viola").unwrap();
    let hint = stage.reply(&alice, "general", |said| said.reply_to == Some(empty)).await;
    assert!(hint.content.contains("nothing in your message"), "{}", hint.content);
    let long = alice.say("general", &format!("@Viola {}", "word ".repeat(450))).unwrap();
    let hint = stage.reply(&alice, "general", |said| said.reply_to == Some(long)).await;
    assert!(hint.content.contains("up to 2000 characters"), "{}", hint.content);
    for (message, said) in [(" ", "nothing in your message"), ("hello", "nobody of that name")] {
        let chat = json!({"personality": "nobody", "message": message});
        let told = alice.slash("general", "chat", chat).unwrap();
        let told = whispered(&stage, &told).await;
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(stage.provider.ledger().calls().len(), 0);
    stage.close().await;
}

async fn an_answer_is_stopped_by_who_asked_and_nobody_else(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let gate = Gate::new(GateAt::AfterChunks(2));
    let text = "one two three four five six seven eight nine ten";
    stage.provider.script_next(Script::text(text).gated(gate.clone()));
    alice.say("general", "@Viola count").unwrap();
    soon(gate.reached()).await;
    let shown = alice.wait_for_message("general", PATIENCE, |said| said.content.contains("six"));
    let shown = shown.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    assert!(!is_finished(&shown) && !shown.content.contains("seven"), "{}", shown.content);

    let refused = bob.click(shown.id, "Stop").unwrap().followup(1, PATIENCE).await.unwrap();
    assert!(refused.is_ephemeral(), "{}", refused.content);
    assert!(refused.content.contains("Only the person who asked"), "{}", refused.content);
    assert!(!stage.provider.ledger().calls()[0].stage.is_over(), "bob stopped it");

    alice.click(shown.id, "Stop").unwrap();
    let stopped = stage.reply(&alice, "general", |said| said.id == shown.id).await;
    assert!(stopped.content.contains("one two three four five six"), "{}", stopped.content);
    assert!(!stopped.content.contains("seven"), "{}", stopped.content);
    let ended = stage
        .provider
        .ledger()
        .wait_for(|book| Some(book.calls[0].stage).filter(|stage| stage.is_over()));
    assert_eq!(soon(ended).await, CallStage::Aborted, "the call goes on, and costs");
    gate.release();

    // the lane is free, and what was spent is told
    answer(&stage, &alice, "general", "@Viola and now?").await;
    let told = stage.told(&alice, "usage", json!({"period": "all"})).await;
    assert!(told.contains("2 requests"), "{told}");
    assert_eq!(stage.provider.ledger().calls().len(), 2);
    stage.close().await;
}

async fn a_long_answer_comes_in_several_messages(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let words: Vec<String> = (1..=900).map(|number| format!("word{number:03}")).collect();
    stage.provider.script_next(Script::text(words.join(" ")));
    let asked = alice.say("general", "@Viola everything").unwrap();
    stage.reply(&alice, "general", |said| said.content.ends_with("word900")).await;
    let parts = after(&alice, asked, |said| said.webhook_name() == Some("Viola"));
    let shown: Vec<&str> = parts.iter().flat_map(|said| said.content.split_whitespace()).collect();
    assert_eq!(shown, words, "all of it, once, in its order");
    assert_eq!(parts.len(), 4);
    for part in &parts {
        assert!(part.content.encode_utf16().count() <= 2000 && is_finished(part));
    }
    // any of them says whose it is
    alice.reply("general", parts[1].id, "go on").unwrap();
    finished(&stage, &alice, "general", "go on").await;
    stage.close().await;
}

async fn what_comes_twice_is_answered_once(db: TestDb) {
    let stage = Stage::open(db).await;
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
    let anew = stage.discord.ledger().wait_for(PATIENCE, |entries| {
        let logins = entries
            .iter()
            .filter(|entry| matches!(&entry.what, Traffic::Received(frame) if frame["op"] == 2));
        (logins.count() == 2).then_some(())
    });
    assert!(anew.await.is_some(), "{}", stage.said());
    assert!(stage.discord.wait_for_sessions(1, PATIENCE).await, "{}", stage.said());
    // which is why it also hears again of servers, threads and itself
    for place in ["general", "rehearsal"] {
        let reply = answer(&stage, &alice, place, "@Viola nougatine").await;
        assert_eq!(reply.webhook_name(), Some("Viola"));
    }
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    stage.close().await;
}

async fn in_direct_messages_all_of_it_works_as_well(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.discord.user("alice");
    let home = alice.dm_channel();
    let first = alice.dm("hello").unwrap();
    let told =
        alice.wait_for_message(home, PATIENCE, |said| said.content.contains("`/wallet set`"));
    told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    let marked = stage.discord.wait_for(PATIENCE, |world| {
        world.message(first).filter(|said| said.reactions.contains_key("🔑")).map(|_| ())
    });
    assert!(marked.await.is_some(), "{}", stage.said());

    stage.provider.add_key(ALICES, KeyPlan::with_credit(1_000_000_000));
    let command = alice.slash(home, "wallet set", json!({})).unwrap();
    let form = command.response(PATIENCE).await.unwrap();
    let Response::Modal { fields, .. } = form else { panic!("no form: {form:?}") };
    let sent = command.submit_modal([(fields[0].custom_id.as_str(), ALICES)]).unwrap();
    assert!(stage.private_answer(&sent).await.content.contains("**stored**"));

    alice.dm("marzipan").unwrap();
    let reply = stage.reply(&alice, home, |said| said.content.contains("marzipan")).await;
    assert!(reply.content.starts_with("**Viola**"), "{}", reply.content);
    // a reply to it, and a name in front, are no second address
    alice.reply(home, reply.id, "@Viola nougatine").unwrap();
    stage.reply(&alice, home, |said| said.content.contains("nougatine")).await;
    let chat = json!({"personality": "viola", "message": "pistachio"});
    let used = alice.slash(home, "chat", chat).unwrap();
    let reply = stage.reply(&alice, home, |said| said.content.contains("pistachio")).await;
    assert_eq!(used.final_message(PATIENCE).await.unwrap().id, reply.id);
    let told = alice.slash(home, "usage", json!({"period": "month"})).unwrap();
    let told = stage.private_answer(&told).await.content;
    assert!(told.contains("3 requests"), "{told}");
    assert_eq!(stage.provider.ledger().calls().len(), 3);
    stage.close().await;
}

impl Stage {
    /// What a command answers, in private.
    async fn told(&self, person: &Person, command: &str, options: serde_json::Value) -> String {
        let used = person.slash("general", command, options).expect("the command is there");
        self.private_answer(&used).await.content
    }
}

/// Says something, and waits for the answer, which repeats the last word.
async fn answer(stage: &Stage, person: &Person, place: &str, text: &str) -> Message {
    person.say(place, text).unwrap();
    let word = text.split_whitespace().next_back().unwrap();
    finished(stage, person, place, word).await
}

async fn finished(stage: &Stage, person: &Person, place: &str, word: &str) -> Message {
    stage.reply(person, place, |said| said.content.contains(word)).await
}

/// What a command says to the caller alone, at once or after its first answer was taken back.
async fn whispered(stage: &Stage, used: &Invocation) -> String {
    let caller_sees = |said: &Message| said.is_ephemeral() && !said.is_loading();
    let first = used.final_message(Duration::from_secs(2)).await.ok().filter(caller_sees);
    let said = match first {
        Some(said) => said,
        None => {
            used.followup(1, PATIENCE).await.unwrap_or_else(|e| panic!("{e}\n{}", stage.said()))
        }
    };
    assert!(said.is_ephemeral(), "{}", said.content);
    said.content
}

/// The messages in general after this one that fit.
fn after(person: &Person, asked: Snowflake, fits: impl Fn(&Message) -> bool) -> Vec<Message> {
    let mut seen = person.visible_messages("general").unwrap();
    seen.retain(|said| said.id > asked && fits(said));
    seen
}

/// Whose key the next answer is paid with.
async fn paid_by(stage: &Stage, person: &Person, text: &str) -> String {
    person.say("general", &format!("@Viola {text}")).unwrap();
    finished(stage, person, "general", text).await;
    let calls = stage.provider.ledger().calls();
    calls.last().and_then(|call| call.bearer.clone()).expect("a call with a key")
}

async fn live_keys(stage: &Stage, person: &Person) -> Vec<LiveKey> {
    let user = stage.user(person).await;
    stage.store().await.live_keys(user.id).await.unwrap()
}

fn key_ids(keys: &[LiveKey]) -> Vec<ApiKeyId> {
    keys.iter().map(|key| key.id).collect()
}

/// Rows of keys, removed ones too.
async fn rows_of_keys(stage: &Stage, person: &Person) -> i64 {
    let user = stage.user(person).await;
    let rows = "SELECT COUNT(*) FROM user_api_keys WHERE user_id = $1";
    stage.db.number_of(rows, user.id.uuid()).await
}

/// What happens before patience ends.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it happens soon")
}
