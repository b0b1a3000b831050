//! Who answers where: several names, active personalities, and what moderators allow.

use playground::discord::{Person, world::Permissions};
use serde_json::json;

use super::stage::{PATIENCE, Stage};

async fn command(stage: &Stage, who: &Person, name: &str, options: serde_json::Value) -> String {
    let used = who.slash("general", name, options).unwrap();
    stage.private(&used).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_personality_hears_everybody_and_each_pays() {
    let mut stage = Stage::start().await;
    let alice_pays = stage.with_key("alice").await;
    let (mo, alice, bob) =
        (stage.moderator("mo"), stage.discord.user("alice"), stage.discord.user("bob"));
    let told = command(&stage, &mo, "channel activate", json!({"personality": "viola"})).await;
    assert!(told.contains("paid by **whoever wrote the message**"), "{told}");
    let told = command(&stage, &mo, "channel activate", json!({"personality": "VI"})).await;
    assert!(told.contains("already"), "{told}");

    alice.say("general", "nobody in particular").unwrap();
    assert_eq!(stage.woken().await, alice_pays.id);
    assert_eq!(stage.db.texts_taken().await, ["nobody in particular"]);
    // who has no key is left alone: one mark a day, and no word
    let first = bob.say("general", "hi").unwrap();
    let marked = stage.discord.wait_for(PATIENCE, |world| {
        world.message(first).filter(|m| m.reactions.contains_key("🔑")).map(|_| ())
    });
    assert!(marked.await.is_some());
    // nor is anybody lectured on how long a message may be
    let long = bob.say("general", &"x".repeat(3_000)).unwrap();
    let second = bob.say("general", "hi again").unwrap();
    // mentioned, she is told as anywhere; by then the message before has been dealt with
    bob.say("general", "@Viola hello?").unwrap();
    let home = bob.dm_channel();
    bob.wait_for_message(home, PATIENCE, |m| m.content.contains("`/wallet set`")).await.unwrap();
    let marks = stage.discord.look(|world| world.message(second).unwrap().reactions.len());
    assert_eq!(marks, 0);
    let lectured = stage.discord.look(|world| {
        world.all_messages().filter(|message| message.reply_to == Some(long)).count()
    });
    assert_eq!(lectured, 0);

    let told = command(&stage, &mo, "channel list", json!({})).await;
    assert!(told.contains("**Viola**"), "{told}");
    let told = command(&stage, &mo, "channel deactivate", json!({"personality": "viola"})).await;
    assert!(told.contains("only what is meant for it"), "{told}");
    alice.say("general", "not heard").unwrap();
    alice.say("general", "heard, @Viola").unwrap();
    assert_eq!(stage.woken().await, alice_pays.id);
    let taken = stage.db.texts_taken().await;
    assert_eq!(taken, ["nobody in particular", "heard, @Viola"]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_personality_is_nobody_to_activate_and_a_person_may_not() {
    let stage = Stage::start().await;
    let owner = stage.with_key("mo").await;
    stage.db.personality("Secret", Some(owner)).await;
    let (mo, dora) = (stage.moderator("mo"), stage.discord.user("dora"));
    let secret = command(&stage, &mo, "channel activate", json!({"personality": "secret"})).await;
    let nobody = command(&stage, &mo, "channel activate", json!({"personality": "nobody"})).await;
    assert_eq!(secret, nobody, "even for its owner: everybody would see it");
    let found = mo.autocomplete("general", "channel activate", "personality", "s").await.unwrap();
    assert_eq!(found, Vec::<serde_json::Value>::new());
    assert!(dora.slash("general", "channel list", json!({})).is_err(), "not offered");
    assert!(dora.slash("general", "server off", json!({})).is_err(), "not offered");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_activates_is_told_what_is_missing() {
    let stage = Stage::start().await;
    let mo = stage.moderator("mo");
    stage.discord.deny("general", Permissions::MANAGE_WEBHOOKS).unwrap();
    let told = command(&stage, &mo, "channel activate", json!({"personality": "viola"})).await;
    assert!(told.contains("I lack these permissions here: *Manage Webhooks*."), "{told}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_moderators_switch_it_off_the_bot_is_silent() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let (mo, alice) = (stage.moderator("mo"), stage.discord.user("alice"));
    command(&stage, &mo, "server off", json!({})).await;
    alice.say("general", "@Viola hi").unwrap();
    let chat = json!({"personality": "viola", "message": "hi"});
    let used = alice.slash("general", "chat", chat.clone()).unwrap();
    let told = used.followup(1, PATIENCE).await.unwrap();
    assert!(told.is_ephemeral() && told.content.contains("switched me off"), "{}", told.content);
    assert_eq!(stage.db.requests().await.len(), 0);
    // in private nobody has forbidden anything
    alice.dm("hello").unwrap();
    assert_eq!(stage.woken().await, person.id);

    command(&stage, &mo, "server on", json!({})).await;
    let told =
        command(&stage, &mo, "server personalities disallow", json!({"personality": "viola"}));
    assert!(told.await.contains("Everybody may speak **but** **Viola**."));
    let used = alice.slash("general", "chat", chat).unwrap();
    let told = used.followup(1, PATIENCE).await.unwrap();
    assert!(told.content.contains("don't let this personality speak"), "{}", told.content);
    command(&stage, &mo, "server personalities all", json!({})).await;
    let general = stage.discord.channel("general").unwrap();
    let told = command(&stage, &mo, "server channels allow", json!({"channel": general}));
    assert!(told.await.contains(&format!("**only in** <#{general}>")));
    alice.say("stage", "@Viola not here").unwrap();
    alice.say("general", "@Viola here").unwrap();
    assert_eq!(stage.woken().await, person.id);
    let told = command(&stage, &mo, "server channels disallow", json!({"channel": general}));
    assert!(told.await.contains("**nowhere**"));
    let told = command(&stage, &mo, "server status", json!({})).await;
    assert!(told.contains("**nowhere**") && told.contains("**on**"), "{told}");
    assert_eq!(stage.db.texts_taken().await, ["hello", "here"]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_speak_is_not_suggested() {
    let stage = Stage::start().await;
    let owner = stage.with_key("alice").await;
    stage.db.personality("Vicky", None).await;
    stage.db.personality("Vita", Some(owner)).await;
    let (mo, alice) = (stage.moderator("mo"), stage.discord.user("alice"));
    let suggested = async |who: &Person, place: &str, command: &str| {
        let found = who.autocomplete(place, command, "personality", "vi").await.unwrap();
        let mut names: Vec<_> =
            found.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(suggested(&mo, "general", "channel activate").await, ["Vicky", "Viola"]);
    assert_eq!(suggested(&alice, "general", "chat").await, ["Vicky", "Viola", "Vita"]);
    command(&stage, &mo, "server personalities disallow", json!({"personality": "viola"})).await;
    assert_eq!(suggested(&mo, "general", "channel activate").await, ["Vicky"]);
    assert_eq!(suggested(&alice, "general", "chat").await, ["Vicky", "Vita"]);
    // what was said before can be forgotten, and who may not speak can be allowed to again
    let all = ["Vicky", "Viola", "Vita"];
    assert_eq!(suggested(&alice, "general", "history clear").await, all);
    assert_eq!(suggested(&alice, "general", "model set").await, all);
    let public = ["Vicky", "Viola"];
    assert_eq!(suggested(&mo, "general", "server personalities allow").await, public);
    assert_eq!(suggested(&mo, "general", "channel deactivate").await, public);
    // where nobody may speak, nobody is suggested
    let general = stage.discord.channel("general").unwrap();
    command(&stage, &mo, "server channels disallow", json!({"channel": general})).await;
    assert_eq!(suggested(&alice, "general", "chat").await, [""; 0]);
    assert_eq!(suggested(&mo, "general", "channel activate").await, [""; 0]);
    assert_eq!(suggested(&alice, "stage", "chat").await, ["Vicky", "Vita"]);
    let home = alice.dm_channel();
    let found = alice.autocomplete(home, "chat", "personality", "vi").await.unwrap();
    assert_eq!(found.len(), 3, "in private nobody forbids anything");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_answer_in_the_texts_order_and_the_rest_is_told() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    for name in ["Ann", "Ben", "Cyd", "Dan", "Eve"] {
        stage.db.personality(name, None).await;
    }
    let alice = stage.discord.user("alice");
    alice.say("general", "what say @Eve, @Dan, @Cyd, @Ben, @Ann and @Viola?").unwrap();
    stage.woken().await;
    let told = alice.wait_for_message("general", PATIENCE, |m| m.content.contains("Only five"));
    told.await.unwrap();
    let five = stage.discord.wait_for(PATIENCE, |world| {
        let channel = world.channel_named("general")?.id;
        let spoken = world.messages(channel).filter_map(|m| m.webhook_name().map(str::to_owned));
        Some(spoken.collect::<Vec<_>>()).filter(|spoken| spoken.len() == 5)
    });
    assert_eq!(five.await.unwrap(), ["Eve", "Dan", "Cyd", "Ben", "Ann"]);
    stage.stop().await;
}
