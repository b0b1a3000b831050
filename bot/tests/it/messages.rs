use playground::discord::world::Message;
use shared::model::RequestState;

use super::stage::{PATIENCE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_accepted_once_however_often_it_comes() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let message = alice.say("general", "@viola, what's the time?").unwrap();
    assert_eq!(stage.woken().await, person.id);
    let shown = alice.wait_for_message("general", PATIENCE, |m| m.webhook_name() == Some("Viola"));
    assert_eq!(shown.await.unwrap().buttons().count(), 1);
    for _ in 0..5 {
        stage.discord.redeliver(message);
    }
    // everything before the second message has been looked at once that one is accepted
    let elsewhere = stage.discord.look(|world| world.guilds().next().unwrap().id);
    let elsewhere = stage.discord.add_channel(elsewhere, "elsewhere");
    alice.say(elsewhere, "@viola and the date?").unwrap();
    assert_eq!(stage.woken().await, person.id);
    assert_eq!(stage.db.requests().await.len(), 2);
    assert_eq!(stage.db.texts_taken().await, ["what's the time?", "and the date?"]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_author_can_stop_or_retry_an_answer() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    stage.with_key("bob").await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    alice.say("general", "@Viola tell me a story").unwrap();
    stage.woken().await;
    let shown =
        alice.wait_for_message("general", PATIENCE, |m| m.buttons().count() == 1).await.unwrap();
    let refused = bob.click(shown.id, "Stop").unwrap().followup(1, PATIENCE).await.unwrap();
    assert!(refused.is_ephemeral() && refused.content.contains("Only the person who asked"));
    assert_eq!(stage.states().await, [RequestState::Queued]);

    alice.click(shown.id, "Stop").unwrap();
    let stopped = stage.discord.wait_for(PATIENCE, |world| {
        world.message(shown.id).filter(|m| m.content == "Stopped.").map(|m| m.buttons().count())
    });
    assert_eq!(stopped.await, Some(0));
    assert_eq!(stage.states().await, [RequestState::Cancelled]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_author_can_try_again_and_only_once() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    stage.with_key("bob").await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    alice.say("general", "@Viola tell me a story").unwrap();
    stage.woken().await;
    let shown =
        alice.wait_for_message("general", PATIENCE, |m| m.buttons().count() == 1).await.unwrap();
    stage.interrupt(person, "Once upon a").await;
    let broken = stage.discord.wait_for(PATIENCE, |world| {
        let broken = |m: &&Message| m.buttons().any(|button| button["label"] == "Retry");
        world.message(shown.id).filter(broken).cloned()
    });
    let broken = broken.await.expect("a reply that broke off");
    let refused = bob.click(shown.id, "Retry").unwrap().followup(1, PATIENCE).await.unwrap();
    assert!(refused.is_ephemeral() && refused.content.contains("Only the person who asked"));
    assert_eq!(stage.db.requests().await.len(), 1);
    for press in [(); 3].map(|()| alice.click(shown.id, "Retry")) {
        drop(press);
    }
    let used = stage.discord.wait_for(PATIENCE, |world| {
        world.message(shown.id).filter(|m| m.buttons().count() == 0).cloned()
    });
    assert_eq!(used.await.expect("no button any more").content, broken.content);
    let again = alice
        .wait_for_message("general", PATIENCE, |m| m.id > shown.id && m.webhook_name().is_some());
    again.await.expect("a new reply");
    assert_eq!(stage.db.requests().await.len(), 2, "pressed three times, tried again once");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_there_is_a_reaction_and_a_word_in_private() {
    let stage = Stage::start().await;
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let message = alice.say("general", "@Viola hi").unwrap();
    let told = alice
        .wait_for_message(alice.dm_channel(), PATIENCE, |m| m.content.contains("`/wallet set`"));
    told.await.unwrap();
    let marked = stage.discord.wait_for(PATIENCE, |world| {
        world.message(message).filter(|m| m.reactions.contains_key("🔑")).map(|_| ())
    });
    assert!(marked.await.is_some());

    bob.close_dms(true);
    bob.say("general", "@Viola hi").unwrap();
    bob.wait_for_message("general", PATIENCE, |m| m.content.contains("a key of their own"))
        .await
        .unwrap();
    assert_eq!(stage.db.requests().await.len(), 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_a_message_is_deleted_warned_of_and_kept_nowhere() {
    let stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let key = format!("sk-or-v1-{}", "0123abcd".repeat(8));
    let message = alice.say("general", &format!("@Viola use {key} please")).unwrap();
    let told = alice
        .wait_for_message(alice.dm_channel(), PATIENCE, |m| m.content.contains("revoke that key"));
    assert!(told.await.unwrap().content.contains("I deleted your message"));
    assert!(stage.discord.look(|world| world.message(message).is_none_or(|m| m.deleted)));
    assert_eq!(stage.db.requests().await.len(), 0);
    // what is not for us is not ours to judge
    alice.say("general", &format!("somebody's {key}")).unwrap();
    alice.say("general", "@Viola").unwrap();
    let hint = alice
        .wait_for_message("general", PATIENCE, |m| m.content.contains("nothing in your message"));
    hint.await.unwrap();
    let kept = stage.discord.look(|world| {
        world.all_messages().filter(|m| m.content.contains(&key) && !m.deleted).count()
    });
    assert_eq!(kept, 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_and_a_reply_need_no_name() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    alice.dm("hello").unwrap();
    assert_eq!(stage.woken().await, person.id);
    alice.say("general", "@Viola hi").unwrap();
    assert_eq!(stage.woken().await, person.id);
    let shown = alice
        .wait_for_message("general", PATIENCE, |m| m.webhook_name() == Some("Viola"))
        .await
        .unwrap();
    // Discord shows a message a moment before its id is stored
    while stage.db.parts_posted().await < 2 {
        tokio::task::yield_now().await;
    }
    alice.reply("general", shown.id, "and another thing").unwrap();
    assert_eq!(stage.woken().await, person.id);
    alice.say("general", "nobody is meant").unwrap();
    alice.say("general", &format!("<@{}> you there?", stage.discord.bot())).unwrap();
    assert_eq!(stage.woken().await, person.id);
    let said = stage.db.texts_taken().await;
    assert_eq!(said, ["hello", "hi", "and another thing", "you there?"]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_messages_at_once_are_told_where_the_limit_is() {
    let stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    for n in 0..200 {
        alice.say("general", &format!("@Viola number {n}")).unwrap();
    }
    let told = alice
        .wait_for_message("general", PATIENCE, |m| m.content.contains("too many messages at once"))
        .await
        .unwrap();
    assert!(told.reply_to.is_some());
    let marked = stage.discord.wait_for(PATIENCE, |world| {
        world.message(told.reply_to?).filter(|m| m.reactions.contains_key("⏳")).map(|_| ())
    });
    assert!(marked.await.is_some());
    stage.stop().await;
}
