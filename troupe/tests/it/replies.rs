//! What is done about a reply that stands there: another answer, its end, who asked; and forgetting.

use playground::{
    discord::{Person, Snowflake},
    provider::Script,
};
use serde_json::json;
use shared::testing::TestDb;

use crate::{
    context::{asked, question},
    play::{answer, finished, until},
    process::PATIENCE,
    scenario::{ALICES, BOBS},
    stage::Stage,
};

shared::each_engine!(
    another_answer_is_asked_once_and_paid_by_who_asked,
    who_has_no_key_any_more_gets_no_other_answer,
    an_edit_and_a_deletion_reach_another_answer_that_waits,
    what_is_cleared_is_in_no_prompt_until_it_is_brought_back,
    a_reply_is_deleted_by_who_asked_and_by_moderators_alone,
    everybody_learns_who_asked,
);

/// Says yes to another answer; gives the question.
async fn ask_again(stage: &Stage, person: &Person, reply: Snowflake) -> Snowflake {
    let asked = stage.menu(person, reply, "Regenerate").await;
    person.click(asked.id, "Ask again").unwrap();
    asked.id
}

/// Waits until a message says this.
async fn says(stage: &Stage, message: Snowflake, words: &str) {
    let says = stage.discord.wait_for(PATIENCE, |world| {
        world.message(message).filter(|said| said.content.contains(words)).map(|_| ())
    });
    assert!(says.await.is_some(), "it does not say {words}\n{}", stage.said());
}

fn stands(stage: &Stage, message: Snowflake) -> bool {
    stage.discord.look(|world| world.message(message).is_some_and(|said| !said.deleted))
}

async fn another_answer_is_asked_once_and_paid_by_who_asked(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let carol = stage.discord.user("carol");
    stage.provider.script_next(Script::text("First thought."));
    alice.say("general", "@Viola apples").unwrap();
    let first = finished(&stage, &alice, "general", "First thought.").await;
    answer(&stage, &bob, "general", "@Viola bananas").await;
    for stranger in [&bob, &carol] {
        let told = stage.menu(stranger, first.id, "Regenerate").await.content;
        assert!(told.contains("Only the person who asked") && told.contains("their key"), "{told}");
    }
    let asked = stage.menu(&alice, first.id, "Regenerate").await;
    assert!(asked.content.contains("**costs like the first one**"), "{}", asked.content);
    assert_eq!(stage.provider.ledger().calls().len(), 2, "nothing before the yes");
    stage.provider.script_next(Script::text("Second thought."));
    // twice at once; the second may find the button gone
    alice.click(asked.id, "Ask again").unwrap();
    drop(alice.click(asked.id, "Ask again"));
    let second = finished(&stage, &alice, "general", "Second thought.").await;
    assert_eq!(second.webhook_name(), Some("Viola"));
    says(&stage, asked.id, "Asked again").await;
    assert!(stands(&stage, first.id) && second.id > first.id, "the old one stays");
    answer(&stage, &alice, "general", "@Viola cherries").await;

    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[2].bearer.as_deref(), Some(ALICES));
    assert!(question(&calls[2]).ends_with("apples"), "{}", question(&calls[2]));
    let seen = calls[2].body.to_string();
    assert!(!seen.contains("bananas") && !seen.contains("First thought."), "{seen}");
    // and in what is remembered the new one has the place of the old one
    let seen = calls[3].body.to_string();
    assert!(!seen.contains("First thought."), "{seen}");
    assert!(seen.find("Second thought.").unwrap() < seen.find("bananas").unwrap(), "{seen}");
    for (person, requests) in [(&alice, "3 requests"), (&bob, "1 request ")] {
        let told = stage.told(person, "usage", json!({"period": "all"})).await;
        assert!(told.contains(requests), "{told}");
    }
    stage.close().await;
}

async fn who_has_no_key_any_more_gets_no_other_answer(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let reply = answer(&stage, &alice, "general", "@Viola apples").await;
    let remove = alice.slash("general", "wallet remove", json!({})).unwrap();
    let sure = stage.private_answer(&remove).await;
    alice.click(sure.id, "Remove this key").unwrap();
    says(&stage, sure.id, "**erased**").await;
    let question = ask_again(&stage, &alice, reply.id).await;
    says(&stage, question, "You have no key stored").await;
    assert_eq!(stage.provider.ledger().calls().len(), 1);
    assert_eq!(stage.heard(&alice).len(), 1);
    stage.close().await;
}

async fn an_edit_and_a_deletion_reach_another_answer_that_waits(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.discord.user("bob");
    let message = alice.say("general", "@Viola apples").unwrap();
    let reply = finished(&stage, &alice, "general", "apples").await;
    let gate = stage.busy(&alice, "marzipan").await;
    ask_again(&stage, &alice, reply.id).await;
    until(async || stage.has_waiting(&alice).await).await;
    alice.edit(message, &format!("@Viola bananas for {} now", bob.mention())).unwrap();
    until(async || stage.db.texts_taken().await.iter().any(|text| text.contains("bananas"))).await;
    gate.release();
    let again = finished(&stage, &alice, "general", "bananas").await;
    let told = question(&asked(&stage, "bananas").await);
    assert!(told.ends_with("bananas for @Bob now"), "{told}");

    let gate = stage.busy(&alice, "nougatine").await;
    ask_again(&stage, &alice, again.id).await;
    until(async || stage.has_waiting(&alice).await).await;
    alice.delete(message).unwrap();
    until(async || !stage.has_waiting(&alice).await).await;
    gate.release();
    finished(&stage, &alice, "general", "nougatine").await;
    answer(&stage, &alice, "general", "@Viola cherries").await;
    assert_eq!(stage.provider.ledger().calls().len(), 5);
    assert_eq!(stage.heard(&alice).len(), 5, "{:?}", stage.heard(&alice));
    stage.close().await;
}

async fn what_is_cleared_is_in_no_prompt_until_it_is_brought_back(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    answer(&stage, &alice, "general", "@Viola apples").await;
    answer(&stage, &bob, "general", "@Viola bananas").await;
    let clear = alice.slash("general", "history clear", json!({"personality": "viola"})).unwrap();
    let told = stage.private_answer(&clear).await;
    assert!(told.content.contains("Cleared 1 turn"), "{}", told.content);
    answer(&stage, &alice, "general", "@Viola cherries").await;
    let seen = asked(&stage, "cherries").await.body.to_string();
    assert!(!seen.contains("apples") && seen.contains("bananas"), "hers alone: {seen}");
    // nor is anybody else's prompt reminded of it
    answer(&stage, &bob, "general", "@Viola dates").await;
    let seen = asked(&stage, "dates").await.body.to_string();
    assert!(!seen.contains("apples") && seen.contains("cherries"), "{seen}");
    alice.click(told.id, "Undo").unwrap();
    says(&stage, told.id, "Brought back 1 turn").await;
    answer(&stage, &alice, "general", "@Viola figs").await;
    let seen = asked(&stage, "figs").await.body.to_string();
    let at = |word: &str| seen.find(word).unwrap_or_else(|| panic!("no {word}: {seen}"));
    assert!(at("apples") < at("bananas") && at("bananas") < at("cherries"), "in its place");
    stage.close().await;
}

async fn a_reply_is_deleted_by_who_asked_and_by_moderators_alone(db: TestDb) {
    let stage = Stage::open(db).await;
    let carol = stage.person_with_key("carol", ALICES).await;
    let (bob, dave) = (stage.discord.user("bob"), stage.discord.user("dave"));
    let reply = answer(&stage, &carol, "general", "@Viola marzipan").await;
    let told = stage.menu(&bob, reply.id, "Delete").await.content;
    assert!(told.contains("Only the person who asked can delete"), "{told}");
    bob.react(reply.id, "❌").unwrap();
    // by the time that a later one is heeded, this one was seen
    bob.react(reply.id, "❓").unwrap();
    let home = bob.dm_channel();
    bob.wait_for_message(home, PATIENCE, |said| said.content.contains("asked")).await.unwrap();

    let ways = [(&carol, "❌"), (&carol, "Delete"), (&dave, "❌"), (&dave, "Delete")];
    for (number, (person, way)) in ways.into_iter().enumerate() {
        let word = format!("pear{number}");
        let reply = answer(&stage, &carol, "general", &format!("@Viola {word}")).await;
        if way == "Delete" {
            let told = stage.menu(person, reply.id, way).await.content;
            assert!(told.contains("Deleted"), "{told}");
        } else {
            person.react(reply.id, way).unwrap();
        }
        until(async || !stands(&stage, reply.id)).await;
        answer(&stage, &carol, "general", &format!("@Viola plum{number}")).await;
        let seen = asked(&stage, &format!("plum{number}")).await.body.to_string();
        assert!(!seen.contains(&word), "{way} is forgotten: {seen}");
        assert!(seen.contains("marzipan"), "{seen}");
    }
    assert!(stands(&stage, reply.id), "what a stranger wants gone stays");
    stage.close().await;
}

async fn everybody_learns_who_asked(db: TestDb) {
    let stage = Stage::open(db).await;
    let carol = stage.person_with_key("carol", ALICES).await;
    let (bob, dave) = (stage.discord.user("bob"), stage.discord.user("dave"));
    let reply = answer(&stage, &carol, "general", "@Viola marzipan").await;
    let wanted = format!("{} asked **Viola** for this", carol.mention());
    for person in [&carol, &dave, &bob] {
        let told = stage.menu(person, reply.id, "Who asked").await.content;
        assert!(told.contains(&wanted), "{told}");
        person.react(reply.id, "❓").unwrap();
        let home = person.dm_channel();
        let told = person.wait_for_message(home, PATIENCE, |said| said.content.contains(&wanted));
        let told = told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said())).content;
        assert!(told.contains(&format!("/{}", reply.id)), "{told}");
        let asks = |id| stage.discord.look(|world| world.message(id).unwrap().reactions.clone());
        until(async || !asks(reply.id).contains_key("❓")).await;
    }
    // about what is nobody's reply, nothing is told
    let own = bob.say("general", "mine").unwrap();
    let told = stage.menu(&dave, own, "Who asked").await.content;
    assert!(told.contains("no personality's answer"), "{told}");
    stage.close().await;
}
