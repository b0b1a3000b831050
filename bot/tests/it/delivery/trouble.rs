//! Discord refuses, is slow or is down; people delete things.

use std::time::Duration;

use playground::discord::{Effect, Fault, RateLimits, Reply, world::Permissions};
use shared::{ids::BotId, store::NoticeKind};

use super::world::World;

#[tokio::test]
async fn limits_delay_and_lose_nothing() {
    let world = World::with(RateLimits::default()).await;
    let limited = Reply::rate_limited(Duration::from_millis(300), false, false);
    world.discord.faults().add(Fault::on("POST", "/webhooks/", Effect::Answer(limited.clone())));
    world.discord.faults().add(Fault::on("PATCH", "/webhooks/", Effect::Answer(limited)).times(2));
    let _bot = world.bot().await;
    for who in ["alice", "bob", "carol"] {
        world.ask_and_answer(who, "general", who).await;
    }
    world.drained().await;
    world.wait_for("general", &["alice", "bob", "carol"]).await;
    world.check();
}

#[tokio::test]
async fn an_outage_delays_and_loses_nothing() {
    let world = World::new().await;
    let down = Effect::Answer(Reply::html(502));
    world.discord.faults().add(Fault::on("PATCH", "/webhooks/", down.clone()).times(3));
    world.discord.faults().add(Fault::on("GET", "/webhooks", down).times(1));
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "general", "Still here.").await;
    world.drained().await;
    world.wait_for("general", &["Still here."]).await;
}

#[tokio::test]
async fn a_reply_that_was_deleted_stays_deleted() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    world.grow(&mut call, "Unwanted").await;
    let shown = world.wait_for("general", &["Unwanted"]).await;
    world.discord.user("alice").delete(shown[0].id).unwrap();
    world.grow(&mut call, "Unwanted words").await;
    world.drained().await;
    world.answer(&call, "Unwanted words, many.").await;
    world.ask_and_answer("bob", "general", "Another one.").await;
    bot.bell.ring();
    world.drained().await;
    world.wait_for("general", &["Another one."]).await;
    assert!(world.store.due_notices().await.unwrap().is_empty(), "nobody is bothered");
    world.check();
}

#[tokio::test]
async fn where_the_bot_may_not_write_the_payer_is_told_and_others_go_on() {
    let world = World::new().await;
    let forbidden = Effect::Answer(Reply::error(403, 50_001, "Missing Access"));
    world.discord.deny("stage", Permissions::MANAGE_WEBHOOKS).unwrap();
    let channel = world.discord.channel("stage").unwrap();
    let path = format!("/channels/{channel}/messages");
    world.discord.faults().add(Fault::on("POST", &path, forbidden));
    let bot = world.bot().await;
    let user = world.ask_in("bob", "stage").await;
    bot.bell.ring();
    world.drained().await;
    let told = world.store.due_notices().await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].user, told[0].kind), (user, NoticeKind::Undeliverable));
    // what can't be shown is not called
    assert!(world.store.claimable_users(3, 10).await.unwrap().is_empty());
    world.ask_and_answer("bob", "stage", "Now it works.").await;
    bot.bell.ring();
    world.drained().await;
    world.wait_for("stage", &["**Viola**\nNow it works."]).await;
}

#[tokio::test]
async fn replies_stand_in_the_order_in_which_they_were_asked_for() {
    let world = World::new().await;
    // a webhook first, so that only the posts decide
    let bot = world.bot().await;
    world.ask_and_answer("alice", "general", "Ready.").await;
    bot.bell.ring();
    world.drained().await;
    bot.stop().await;
    // the first of them has to be looked for, which takes its time
    world.ask_and_answer("carol", "general", "carol").await;
    let (first, before) = (world.only_delivery().await, BotId::new(&*world.clock));
    assert!(world.store.adopt_delivery(first, before).await.unwrap());
    assert!(world.store.begin_posting(first, before, 0).await.unwrap());
    let slow = Effect::Delay(Duration::from_millis(400));
    world.discord.faults().add(Fault::on("GET", "/messages", slow));
    for who in ["bob", "alice"] {
        world.ask_and_answer(who, "general", who).await;
    }
    let _bot = world.bot().await;
    world.drained().await;
    let shown = world.wait_for("general", &["Ready.", "carol", "bob", "alice"]).await;
    let placed = shown.iter().map(|message| message.history[0].at).max().unwrap();
    for message in &shown[1..] {
        let edits = &message.history[1..];
        assert!(edits.iter().all(|edit| edit.at >= placed), "all take their places first");
    }
    world.check();
}
