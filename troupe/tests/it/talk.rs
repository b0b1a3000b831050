//! Talking to a personality, in all the ways there are.

use std::time::Duration;

use playground::{
    discord::{Invocation, Person, Response, Snowflake, world::Message},
    provider::{Gate, GateAt, KeyPlan, Script, Stage as CallStage},
};
use serde_json::json;
use shared::testing::TestDb;

use crate::{
    play::{answer, finished, soon},
    process::PATIENCE,
    scenario::{ALICES, BOBS},
    stage::{Stage, is_finished},
};

shared::each_engine!(
    every_way_to_address_a_personality_is_answered,
    in_direct_messages_all_of_it_works_as_well,
    a_word_with_nothing_behind_it_gets_a_hint,
    an_answer_is_stopped_by_who_asked_and_nobody_else,
    stop_ends_a_call_that_says_nothing,
    a_reply_that_is_deleted_holds_nobody_up,
    a_long_answer_comes_in_several_messages,
);

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
    alice.say("general", "jackfruit is not for `@Viola`, nor for viola@viola.example").unwrap();
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

async fn stop_ends_a_call_that_says_nothing(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.provider.gate(GateAt::BeforeHeaders);
    alice.say("general", "@Viola marzipan").unwrap();
    soon(gate.reached()).await;
    let shown = alice.wait_for_message("general", PATIENCE, |said| said.webhook_name().is_some());
    let shown = shown.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    // what waits behind it has its turn once the lane is free
    alice.say("general", "@Viola nougatine").unwrap();
    alice.click(shown.id, "Stop").unwrap();
    let stopped = stage.reply(&alice, "general", |said| said.id == shown.id).await;
    assert!(!stopped.content.contains("marzipan"), "{}", stopped.content);
    finished(&stage, &alice, "general", "nougatine").await;
    gate.release();
    let calls = stage.provider.ledger().calls();
    assert_eq!((calls.len(), calls[0].stage), (2, CallStage::Aborted));
    stage.close().await;
}

async fn a_reply_that_is_deleted_holds_nobody_up(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = Gate::new(GateAt::AfterChunks(2));
    let text = "one two three four five six seven eight nine ten";
    stage.provider.script_next(Script::text(text).gated(gate.clone()));
    alice.say("general", "@Viola count").unwrap();
    let shown = alice.wait_for_message("general", PATIENCE, |said| said.content.contains("six"));
    let shown = shown.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    alice.delete(shown.id).unwrap();
    gate.release();
    answer(&stage, &alice, "general", "@Viola marzipan").await;
    let seen = after(&alice, shown.id, |said| said.webhook_name().is_some());
    assert_eq!(seen.len(), 1, "what was deleted does not come back");
    let told = stage.told(&alice, "usage", json!({"period": "all"})).await;
    assert!(told.contains("2 requests"), "{told}");
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
