//! What changes between a message and its call: moderators forbid it, its author edits or deletes it.

use playground::{
    discord::Person,
    provider::{Call, GateAt},
};
use serde_json::{Value, json};
use shared::testing::TestDb;

use crate::{
    context::{asked, question},
    play::{answer, finished, soon, until},
    process::PATIENCE,
    scenario::{ALICES, BOBS},
    stage::Stage,
};

const CAROLS: &str = concat!("sk-or-", "v1-cccccccccccccccccccccccccccccccccccc3333");

shared::each_engine!(
    what_moderators_forbid_before_the_call_is_told_in_private_alone,
    words_count_as_they_stand_at_the_call,
    what_is_edited_after_the_call_changes_nothing,
    what_is_deleted_before_the_call_is_neither_called_nor_answered,
);

/// How often a word was asked, as the words of a message or among those remembered.
fn calls_with(stage: &Stage, word: &str) -> usize {
    let holds = |call: &Call| call.body.to_string().contains(word);
    stage.provider.ledger().calls().iter().filter(|call| holds(call)).count()
}

async fn told_in_private(stage: &Stage, person: &Person) -> String {
    let home = person.dm_channel();
    let told = person.wait_for_message(home, PATIENCE, |said| said.content.contains("moderators"));
    told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said())).content
}

async fn what_moderators_forbid_before_the_call_is_told_in_private_alone(db: TestDb) {
    let stage = Stage::open(db).await;
    let dave = stage.discord.user("dave");
    let general = stage.discord.channel("general").unwrap();
    let viola = json!({"personality": "viola"});
    // each to somebody else, who is told once an hour
    let cases: [(&str, &str, (&str, Value), &str); 3] = [
        ("alice", ALICES, ("server off", json!({})), "server on"),
        (
            "bob",
            BOBS,
            ("server channels disallow", json!({"channel": general})),
            "server channels all",
        ),
        ("carol", CAROLS, ("server personalities disallow", viola), "server personalities all"),
    ];
    let mut heard = Vec::new();
    for (name, key, (forbid, options), allow) in cases {
        let person = stage.person_with_key(name, key).await;
        let gate = stage.busy(&person, &format!("first-{name}")).await;
        person.say("general", &format!("@Viola forbidden-{name}")).unwrap();
        until(async || stage.has_waiting(&person).await).await;
        stage.told(&dave, forbid, options).await;
        gate.release();
        // what was being answered is finished
        heard.push(finished(&stage, &person, "general", &format!("first-{name}")).await.content);
        let told = told_in_private(&stage, &person).await;
        assert!(told.contains("wasn't answered") && told.contains("Nothing was spent"), "{told}");
        stage.told(&dave, allow, json!({})).await;
        heard.push(
            answer(&stage, &person, "general", &format!("@Viola again-{name}")).await.content,
        );
        let told = stage.told(&person, "usage", json!({"period": "all"})).await;
        assert!(told.contains("2 requests"), "{told}");
    }
    assert_eq!(calls_with(&stage, "forbidden"), 0);
    // no word, no name and no mark of it in the channel
    let seen = stage.heard(&stage.discord.user("alice"));
    assert_eq!(seen, heard);
    let marked = stage
        .discord
        .look(|world| world.all_messages().filter(|said| !said.reactions.is_empty()).count());
    assert_eq!(marked, 0);
    stage.close().await;
}

async fn words_count_as_they_stand_at_the_call(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.discord.user("bob");
    let gate = stage.busy(&alice, "marzipan").await;
    let message = alice.say("general", "@Viola apples").unwrap();
    until(async || stage.has_waiting(&alice).await).await;
    alice.edit(message, "@Viola bananas").unwrap();
    until(async || stage.db.texts_taken().await.contains(&"bananas".to_owned())).await;
    alice.edit(message, &format!("@Viola cherries for {} now", bob.mention())).unwrap();
    until(async || stage.db.texts_taken().await.iter().any(|text| text.contains("cherries"))).await;
    gate.release();
    finished(&stage, &alice, "general", "cherries").await;
    answer(&stage, &alice, "general", "@Viola dates").await;
    let told = question(&asked(&stage, "dates").await);
    assert!(!told.contains("cherries"), "{told}");
    let call = &stage.provider.ledger().calls()[1];
    assert!(question(call).ends_with("cherries for @Bob now"), "{}", question(call));
    assert_eq!((calls_with(&stage, "apples"), calls_with(&stage, "bananas")), (0, 0));
    // once as words, once as what is remembered
    assert_eq!((stage.provider.ledger().calls().len(), calls_with(&stage, "cherries")), (3, 2));
    stage.close().await;
}

async fn what_is_edited_after_the_call_changes_nothing(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.provider.gate(GateAt::BeforeHeaders);
    let message = alice.say("general", "@Viola apples").unwrap();
    soon(gate.reached()).await;
    alice.edit(message, "@Viola bananas").unwrap();
    // the edit has been taken by the time that a later message of hers was
    alice.say("general", "@Viola cherries").unwrap();
    until(async || stage.has_waiting(&alice).await).await;
    gate.release();
    finished(&stage, &alice, "general", "apples").await;
    finished(&stage, &alice, "general", "cherries").await;
    alice.edit(message, "@Viola dates").unwrap();
    answer(&stage, &alice, "general", "@Viola figs").await;
    assert_eq!((calls_with(&stage, "bananas"), calls_with(&stage, "dates")), (0, 0));
    assert_eq!((stage.provider.ledger().calls().len(), calls_with(&stage, "apples")), (3, 3));
    assert_eq!(stage.heard(&alice).len(), 3);
    stage.close().await;
}

async fn what_is_deleted_before_the_call_is_neither_called_nor_answered(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.busy(&alice, "marzipan").await;
    let message = alice.say("general", "@Viola apples").unwrap();
    until(async || stage.has_waiting(&alice).await).await;
    alice.delete(message).unwrap();
    until(async || !stage.has_waiting(&alice).await).await;
    gate.release();
    let first = finished(&stage, &alice, "general", "marzipan").await.content;
    let second = answer(&stage, &alice, "general", "@Viola bananas").await.content;
    assert_eq!((stage.provider.ledger().calls().len(), calls_with(&stage, "apples")), (2, 0));
    assert_eq!(stage.heard(&alice), [first, second]);
    let told = stage.told(&alice, "usage", json!({"period": "all"})).await;
    assert!(told.contains("2 requests"), "{told}");
    stage.close().await;
}
