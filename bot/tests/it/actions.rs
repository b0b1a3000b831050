//! What is done with a personality's message: its menu, reactions, and `/history`.

use playground::discord::{Person, Snowflake, world::Message};
use serde_json::json;
use shared::{model::RequestState, testing::Person as Payer};

use super::stage::{PATIENCE, Stage};

/// A finished answer in several messages.
async fn long_answer(stage: &mut Stage, payer: Payer, alice: &Person) -> Vec<Snowflake> {
    alice.say("general", "@Viola tell me all").unwrap();
    stage.woken().await;
    stage.answer(payer, &"word ".repeat(900)).await;
    let shown = stage.discord.wait_for(PATIENCE, |world| {
        let channel = world.channel_named("general")?.id;
        let parts = world.messages(channel).filter(|m| !m.deleted && m.webhook_name().is_some());
        let parts: Vec<Message> = parts.cloned().collect();
        let done = parts.len() == 3 && parts.iter().all(|part| part.buttons().count() == 0);
        done.then(|| parts.iter().map(|part| part.id).collect::<Vec<_>>())
    });
    let parts = shown.await.expect("three messages");
    while stage.db.parts_posted().await < 3 {
        tokio::task::yield_now().await;
    }
    parts
}

async fn menu(stage: &Stage, who: &Person, message: Snowflake, name: &str) -> String {
    stage.private(&who.message_menu(message, name).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_learns_who_asked_for_any_part() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("alice").await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    for part in long_answer(&mut stage, payer, &alice).await {
        let told = menu(&stage, &bob, part, "Who asked").await;
        assert!(told.contains(&alice.mention()) && told.contains("**Viola**"), "{told}");
    }
    let own = bob.say("general", "mine").unwrap();
    for name in ["Who asked", "Regenerate", "Delete"] {
        let told = menu(&stage, &bob, own, name).await;
        assert!(told.contains("no personality's answer"), "{told}");
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_answer_costs_and_is_for_who_asked() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("alice").await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let parts = long_answer(&mut stage, payer, &alice).await;
    let told = menu(&stage, &bob, parts[1], "Regenerate").await;
    assert!(told.contains("Only the person who asked"), "{told}");
    let used = alice.message_menu(parts[1], "Regenerate").unwrap();
    let question = used.final_message(PATIENCE).await.unwrap();
    assert!(question.is_ephemeral() && question.content.contains("costs like the first one"));
    assert_eq!(stage.db.requests().await.len(), 1, "nothing before the yes");
    for press in [(); 2].map(|()| alice.click(question.id, "Ask again")) {
        drop(press);
    }
    assert_eq!(stage.woken().await, payer.id);
    stage.answer(payer, "Shorter.").await;
    let shown = alice.wait_for_message("general", PATIENCE, |m| m.content == "Shorter.");
    assert_eq!(shown.await.unwrap().webhook_name(), Some("Viola"));
    assert_eq!(stage.db.requests().await.len(), 2, "one yes, one call");
    stage.stop().await;
}

async fn all_gone(stage: &Stage, parts: &[Snowflake]) -> bool {
    let gone = stage.discord.wait_for(PATIENCE, |world| {
        parts.iter().all(|id| world.message(*id).is_none_or(|m| m.deleted)).then_some(())
    });
    gone.await.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_and_moderators_delete_all_parts() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("alice").await;
    let (alice, bob, mo) =
        (stage.discord.user("alice"), stage.discord.user("bob"), stage.moderator("mo"));
    let parts = long_answer(&mut stage, payer, &alice).await;
    let told = menu(&stage, &bob, parts[2], "Delete").await;
    assert!(told.contains("Only the person who asked"), "{told}");
    let told = menu(&stage, &mo, parts[2], "Delete").await;
    assert!(told.contains("Deleted"), "{told}");
    assert!(all_gone(&stage, &parts).await);

    // one that still waits is not answered any more
    alice.say("general", "@Viola again").unwrap();
    stage.woken().await;
    let shown = alice
        .wait_for_message("general", PATIENCE, |m| !m.deleted && m.webhook_name().is_some())
        .await
        .unwrap();
    while stage.db.parts_posted().await < 1 {
        tokio::task::yield_now().await;
    }
    let told = menu(&stage, &alice, shown.id, "Delete").await;
    assert!(told.contains("Deleted"), "{told}");
    assert!(all_gone(&stage, &[shown.id]).await);
    assert_eq!(stage.states().await.last(), Some(&RequestState::Cancelled));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reactions_do_as_people_know_them() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("alice").await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let parts = long_answer(&mut stage, payer, &alice).await;
    bob.react(parts[0], "❌").unwrap();
    bob.react(parts[1], "❓").unwrap();
    let home = bob.dm_channel();
    let told = bob.wait_for_message(home, PATIENCE, |m| m.content.contains(&alice.mention()));
    assert!(told.await.unwrap().content.contains("https://discord.com/channels/"));
    // by then the first one has been seen, and was not heeded
    assert!(stage.discord.look(|world| world.message(parts[0]).is_some_and(|m| !m.deleted)));
    alice.react(parts[1], "❌").unwrap();
    assert!(all_gone(&stage, &parts).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderators_cross_deletes_what_anybody_asked_for() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("carol").await;
    let (carol, dave) = (stage.discord.user("carol"), stage.discord.user("dave"));
    let parts = long_answer(&mut stage, payer, &carol).await;
    dave.react(parts[2], "❌").unwrap();
    assert!(all_gone(&stage, &parts).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_cleared_and_brought_back() {
    let mut stage = Stage::start().await;
    let payer = stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let clear = json!({"personality": "viola"});
    let used = alice.slash("general", "history clear", clear.clone()).unwrap();
    assert!(stage.private(&used).await.contains("nothing to clear"));
    long_answer(&mut stage, payer, &alice).await;
    let used = alice.slash("general", "history clear", clear.clone()).unwrap();
    let told = used.final_message(PATIENCE).await.unwrap();
    assert!(told.is_ephemeral() && told.content.contains("Cleared 1 turn"), "{}", told.content);
    alice.click(told.id, "Undo").unwrap();
    let back = stage.discord.wait_for(PATIENCE, |world| {
        world.message(told.id).filter(|m| m.content.contains("Brought back 1 turn")).map(|_| ())
    });
    assert!(back.await.is_some());
    let used = alice.slash("general", "history clear", clear).unwrap();
    assert!(stage.private(&used).await.contains("Cleared 1 turn"));
    stage.stop().await;
}
