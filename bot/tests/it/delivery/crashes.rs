//! What becomes of a reply when a process dies, or Discord's answer gets lost.

use playground::discord::{Effect, Fault};
use shared::{model::FailureKind, store::CallEnd};

use super::{
    LONG,
    world::{World, buttons},
};

fn posts_a_message(method: &str, path: &str) -> bool {
    method == "POST" && (path.contains("/webhooks/") || path.ends_with("/messages"))
}

#[tokio::test]
async fn a_bot_killed_between_post_and_commit_leaves_one_reply() {
    let world = World::new().await;
    let user = world.ask_in("bob", "general").await;
    world.discord.faults().add(Fault::when(posts_a_message, Effect::DropAfter));
    let first = world.bot().await;
    world.wait_for("general", &["…"]).await;
    first.kill().await;
    let orphan = world.replies("general").remove(0);
    let parts = world.store.posted_parts(world.only_delivery().await).await.unwrap();
    assert!(parts.is_empty(), "the id was never stored");
    let second = world.bot().await;
    let call = world.call(user).await;
    world.answer(&call, "Here I am.").await;
    second.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &["Here I am."]).await;
    assert_eq!(shown[0].id, orphan.id);
    assert_eq!(buttons(&shown[0]), [""; 0]);
    world.check();
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_is_not_repeated() {
    let world = World::new().await;
    let long = "word ".repeat(900);
    world.discord.faults().add(Fault::when(posts_a_message, Effect::DropAfter).times(2));
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "general", &long).await;
    world.drained().await;
    let shown = world.wait_for_count("general", 3).await;
    let words: usize = shown.iter().map(|m| m.content.split_whitespace().count()).sum();
    assert_eq!(words, 900);
    world.check();
}

#[tokio::test]
async fn a_post_that_did_not_arrive_is_made_again() {
    let world = World::new().await;
    world.discord.faults().add(Fault::when(posts_a_message, Effect::DropBefore));
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "general", "Once.").await;
    world.drained().await;
    world.wait_for("general", &["Once."]).await;
    world.check();
}

#[tokio::test]
async fn another_process_goes_on_where_one_stopped() {
    let world = World::new().await;
    let first = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    let text = "word ".repeat(500);
    world.grow(&mut call, &text).await;
    let before = world.wait_for_count("general", 2).await;
    first.stop().await;
    let second = world.bot().await;
    world.grow(&mut call, &format!("{text}and more")).await;
    let more = |world: &playground::discord::world::World| {
        world.message(before[1].id).filter(|m| m.content.ends_with("and more")).map(drop)
    };
    assert!(world.discord.wait_for(LONG, more).await.is_some());
    world.answer(&call, &format!("{text}and more.")).await;
    second.bell.ring();
    world.drained().await;
    let after = world.wait_for_count("general", 2).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.id, after.id);
        assert!(after.history.iter().skip(1).all(|rev| rev.content != "…"), "it never shrinks");
    }
    world.check();
}

#[tokio::test]
async fn a_bot_that_comes_late_shows_what_is_there() {
    let world = World::new().await;
    world.ask_and_answer("bob", "general", "Long ago.").await;
    let user = world.ask_in("carol", "general").await;
    let call = world.call(user).await;
    let end = CallEnd::Interrupted { text: "Half".into(), failure: FailureKind::Interrupted };
    world.end(&call, end).await;
    let _bot = world.bot().await;
    world.drained().await;
    let shown = world.wait_for_count("general", 2).await;
    assert_eq!(shown[0].content, "Long ago.");
    assert!(shown[1].content.starts_with("Half\n-# "));
    world.check();
}

#[tokio::test]
async fn an_old_process_cannot_write_what_is_anothers() {
    let world = World::new().await;
    let old = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    old.bell.ring();
    world.wait_for("general", &["…"]).await;
    let new = world.bot().await;
    let call = world.call(user).await;
    world.answer(&call, "Who says this?").await;
    old.bell.ring();
    new.bell.ring();
    world.drained().await;
    world.wait_for("general", &["Who says this?"]).await;
    world.check();
}
