//! What people see while an answer grows, and when it has ended.

use playground::discord::RateLimits;
use shared::{
    model::{FailureKind, FinishReason},
    store::CallEnd,
};

use super::{
    LONG,
    world::{World, buttons, history},
};

#[tokio::test]
async fn an_answer_grows_by_edits_and_ends_exact() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    bot.bell.ring();
    let placeholder = &world.wait_for("general", &["…"]).await[0];
    assert_eq!(placeholder.webhook_name(), Some("Viola"));
    assert_eq!(buttons(placeholder), ["Stop"]);
    let mut call = world.call(user).await;
    world.grow(&mut call, "Well,").await;
    world.wait_for("general", &["Well,"]).await;
    world.grow(&mut call, "Well, @everyone and <@1> know").await;
    let grown = &world.wait_for("general", &["Well, @everyone and <@1> know"]).await[0];
    assert_eq!(buttons(grown), ["Stop"]);
    world.answer(&call, "Well, @everyone and <@1> know that.").await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &["Well, @everyone and <@1> know that."]).await;
    assert_eq!(buttons(&shown[0]), [""; 0]);
    let said =
        ["…", "Well,", "Well, @everyone and <@1> know", "Well, @everyone and <@1> know that."];
    assert_eq!(history(&shown[0]), said);
    world.check();
}

#[tokio::test]
async fn growing_texts_keep_their_distance_and_a_final_one_does_not() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    for text in ["a", "a b", "a b c"] {
        world.grow(&mut call, text).await;
        world.wait_for("general", &[text]).await;
    }
    world.answer(&call, "a b c d").await;
    bot.bell.ring();
    let shown = world.wait_for("general", &["a b c d"]).await;
    let at: Vec<_> = shown[0].history.iter().map(|revision| revision.at).collect();
    let gaps: Vec<_> = at.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // the message may have been created with the first of the texts
    let [.., growing, last] = gaps[..] else { panic!("{gaps:?}") };
    assert!(growing >= 1_400, "{gaps:?}");
    assert!(last < 1_200, "{gaps:?}");
    world.check();
}

#[tokio::test]
async fn a_long_answer_goes_on_in_further_messages() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    let lines: Vec<_> = (0..150).map(|n| format!("let line_{n} = {n};\n")).collect();
    let code = lines.concat();
    let whole = format!("Look:\n```rust\n{code}```\nThat is all.");
    world.grow(&mut call, &whole[..1_000]).await;
    world.wait_for_count("general", 1).await;
    world.grow(&mut call, &whole[..2_600]).await;
    let two = world.wait_for_count("general", 2).await;
    assert_eq!(buttons(&two[1]), ["Stop"], "at the end, and at its creation");
    world.answer(&call, &whole).await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.replies("general");
    assert!(shown.len() >= 2);
    for message in &shown {
        assert_eq!(message.content.matches("```").count() % 2, 0, "blocks are closed");
        assert_eq!(buttons(message), [""; 0]);
        assert!(message.content.encode_utf16().count() <= 2_000);
        assert_eq!(message.webhook_name(), Some("Viola"));
    }
    assert!(shown[1].content.starts_with("```rust\nlet line_"));
    let lines: usize = shown.iter().map(|m| m.content.matches("let line_").count()).sum();
    assert_eq!(lines, 150);
    assert!(shown[shown.len() - 1].content.ends_with("```\nThat is all."));
    world.check();
}

#[tokio::test]
async fn conversations_side_by_side_keep_their_own_texts() {
    let world = World::with(RateLimits::default()).await;
    let _bot = world.bot().await;
    let people = ["alice", "bob", "carol"];
    let mut calls = Vec::new();
    for who in people {
        let user = world.ask_in(who, "general").await;
        calls.push((who, world.call(user).await));
    }
    for step in 1..3 {
        let mut grown = Vec::new();
        for (who, call) in &mut calls {
            grown.push(vec![*who; step].join(" "));
            world.grow(call, &grown[grown.len() - 1]).await;
        }
        let grown: Vec<&str> = grown.iter().map(String::as_str).collect();
        world.wait_for("general", &grown).await;
    }
    for (who, call) in &calls {
        world.answer(call, &format!("{who}'s own answer")).await;
    }
    world.drained().await;
    let texts = people.map(|who| format!("{who}'s own answer"));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let shown = world.wait_for("general", &texts).await;
    for (who, message) in people.iter().zip(&shown) {
        for said in history(message) {
            assert!(said == "…" || said.starts_with(who), "{who} got {said}");
        }
    }
    world.check();
}

#[tokio::test]
async fn the_next_of_a_conversation_waits_for_the_one_before() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    world.ask_in("bob", "general").await;
    world.grow(&mut call, "first").await;
    bot.bell.ring();
    world.wait_for("general", &["first"]).await;
    world.answer(&call, "first of all").await;
    bot.bell.ring();
    world.wait_for("general", &["first of all", "…"]).await;
    let call = world.call(user).await;
    world.answer(&call, "second").await;
    bot.bell.ring();
    world.drained().await;
    world.wait_for("general", &["first of all", "second"]).await;
    world.check();
}

#[tokio::test]
async fn what_has_grown_already_is_shown_at_once() {
    let world = World::new().await;
    world.ask_and_answer("bob", "general", "first").await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    world.grow(&mut call, "already").await;
    let _bot = world.bot().await;
    let shown = world.wait_for("general", &["first", "already"]).await;
    assert_eq!(history(&shown[1]), ["already"], "nothing takes its place first");
    world.check();
}

#[tokio::test]
async fn a_late_answer_replaces_what_was_interrupted() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let call = world.call(user).await;
    // with its note it takes two messages, and without one
    let half = "x".repeat(1_990);
    let end = CallEnd::Interrupted { text: half.clone(), failure: FailureKind::Interrupted };
    world.end(&call, end).await;
    bot.bell.ring();
    world.drained().await;
    let broken = world.wait_for_count("general", 2).await;
    assert_eq!(buttons(&broken[1]), ["Retry"]);
    assert!(broken[1].content.contains("Nothing is repeated by itself."));
    world.answer(&call, &format!("{half} whole")).await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &[&format!("{half} whole")]).await;
    assert_eq!(shown[0].id, broken[0].id, "the same message");
    assert_eq!(buttons(&shown[0]), [""; 0]);
    world.check();
}

#[tokio::test]
async fn endings_say_what_happened() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    bot.bell.ring();
    world.wait_for("general", &["…"]).await;
    let by = world.discord.user("bob").id().get().into();
    let delivery = world.only_delivery().await;
    world.store.stop(delivery, by).await.unwrap();
    bot.bell.ring();
    let stopped = world.wait_for("general", &["Stopped."]).await;
    assert_eq!(buttons(&stopped[0]), [""; 0]);

    world.drained().await;
    world.ask_in("bob", "general").await;
    let call = world.call(user).await;
    let end = CallEnd::Answered { text: "Half".into(), finish: FinishReason::Stopped };
    world.end(&call, end).await;
    bot.bell.ring();
    world.wait_for("general", &["Stopped.", "Half\n-# Stopped."]).await;

    world.drained().await;
    world.ask_in("bob", "general").await;
    let call = world.call(user).await;
    world.end(&call, CallEnd::Failed { failure: FailureKind::Quota }).await;
    bot.bell.ring();
    world.drained().await;
    let failed = &world.wait_for_count("general", 3).await[2];
    let reference = bot::texts::reference(call.request.id);
    let line =
        format!("*The curtain is stuck. Give me a moment, then try again.*\n-# ref {reference}");
    assert_eq!(failed.content, line);
    assert_eq!(buttons(failed), ["Retry"]);
    world.check();
}

#[tokio::test]
async fn somebody_types_until_there_is_text() {
    let world = World::new().await;
    let bot = world.bot().await;
    world.ask_in("bob", "general").await;
    bot.bell.ring();
    let channel = world.discord.channel("general").unwrap();
    let me = world.discord.bot();
    let typed = |world: &playground::discord::world::World| {
        (world.times_typed(channel, me) == 1).then_some(())
    };
    assert!(world.discord.wait_for(LONG, typed).await.is_some());
    bot.stop().await;
    world.check();
}
