//! Threads, direct messages, commands, and channels without a webhook.

use playground::discord::{Effect, Fault, Invocation, Reply, world::Permissions};
use secrecy::SecretString;
use serde_json::json;
use shared::{
    clock::Clock,
    ids::DeliveryId,
    model::FailureKind,
    store::{
        CallEnd, FenceRefusal, Fenced, NoticeKind, Place, ReplyBy, Rule, ServerPolicy, Spending,
    },
};

use super::{
    LONG,
    world::{World, buttons},
};

#[tokio::test]
async fn a_thread_hears_its_parents_webhook() {
    let world = World::new().await;
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "rehearsal", "In the thread.").await;
    world.drained().await;
    let shown = world.wait_for("rehearsal", &["In the thread."]).await;
    assert_eq!(shown[0].webhook_name(), Some("Viola"));
    assert!(world.replies("general").is_empty());
    world.check();
}

#[tokio::test]
async fn a_thread_that_was_taken_for_a_channel_is_found_out() {
    let world = World::new().await;
    let bot = world.bot().await;
    let known = world.place("rehearsal");
    let place = Place { channel: known.thread.unwrap(), thread: None, ..known };
    let (user, _) = world.ask("bob", place, ReplyBy::Webhook).await;
    let call = world.call(user).await;
    world.answer(&call, "In the thread.").await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("rehearsal", &["In the thread."]).await;
    assert_eq!(shown[0].webhook_name(), Some("Viola"));
    world.check();
}

/// What moderators decide about a channel holds in its threads, also in one that nobody announced.
#[tokio::test]
async fn a_thread_that_was_taken_for_a_channel_is_as_forbidden_as_its_channel() {
    let world = World::new().await;
    let _bot = world.bot().await;
    let known = world.place("rehearsal");
    let forbid = |_: &ServerPolicy| ServerPolicy {
        channels: Rule::AllBut(vec![known.channel]),
        ..ServerPolicy::default()
    };
    world.store.change_policy(known.guild.unwrap(), forbid).await.unwrap();
    let place = Place { channel: known.thread.unwrap(), thread: None, ..known };
    let (user, _) = world.ask("bob", place, ReplyBy::Webhook).await;
    world.wait_for_count("rehearsal", 1).await;
    let request = world.store.claim(world.worker, user, 3).await.unwrap().unwrap();
    let fenced = world.store.fence(&request, None, &Spending::default()).await.unwrap();
    assert_eq!(fenced, Fenced::Refused(FenceRefusal::Forbidden));
}

#[tokio::test]
async fn one_webhook_serves_a_channel() {
    let world = World::new().await;
    for who in ["alice", "bob", "carol"] {
        world.ask_and_answer(who, "stage", who).await;
    }
    let _bot = world.bot().await;
    world.drained().await;
    world.wait_for("stage", &["alice", "bob", "carol"]).await;
    assert_eq!(world.discord.look(|world| world.webhooks().count()), 1);
    let looks = |exchange: &playground::discord::Exchange| {
        exchange.method == "GET" && exchange.path.ends_with("/webhooks")
    };
    assert_eq!(world.discord.ledger().exchanges_where(looks).len(), 1);
    world.check();
}

#[tokio::test]
async fn direct_messages_begin_with_the_name() {
    let world = World::new().await;
    let bot = world.bot().await;
    let channel = world.discord.user("bob").dm_channel();
    let place = Place { guild: None, channel: channel.get().into(), thread: None };
    let (user, _) = world.ask("bob", place, ReplyBy::Direct).await;
    let mut call = world.call(user).await;
    world.grow(&mut call, "Just").await;
    world.wait_in(channel, &["**Viola**\nJust"]).await;
    let long = "word ".repeat(450);
    world.answer(&call, &long).await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.discord.user("bob").dms();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].content.starts_with("**Viola**\nword"));
    assert!(shown[1].content.starts_with("word"));
    assert!(shown.iter().all(|m| m.nonce.is_some() && buttons(m).is_empty()));
    world.check();
}

#[tokio::test]
async fn without_permission_the_bot_speaks_itself() {
    let world = World::new().await;
    world.discord.deny("general", Permissions::MANAGE_WEBHOOKS).unwrap();
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "general", "By myself.").await;
    world.ask_and_answer("carol", "general", "Again.").await;
    world.drained().await;
    let texts = ["**Viola**\nBy myself.", "**Viola**\nAgain."];
    let shown = world.wait_for("general", &texts).await;
    assert!(shown.iter().all(|message| message.webhook().is_none()));
    // each who asked is told once what is missing, however often they ask
    world.ask_and_answer("bob", "general", "Once more.").await;
    world.drained().await;
    let told = world.store.due_notices().await.unwrap();
    let kinds: Vec<_> = told.iter().map(|notice| (notice.kind, notice.channel)).collect();
    assert_eq!(kinds, [(NoticeKind::NoWebhookAllowed, None); 2]);
    world.check();
}

#[tokio::test]
async fn with_fifteen_webhooks_of_others_the_bot_speaks_itself() {
    let world = World::new().await;
    let full = Effect::Answer(Reply::error(400, 30_007, "Maximum number of webhooks reached (15)"));
    world.discord.faults().add(Fault::on("POST", "/webhooks", full).always());
    let _bot = world.bot().await;
    world.ask_and_answer("bob", "general", "Full house.").await;
    world.drained().await;
    world.wait_for("general", &["**Viola**\nFull house."]).await;
    let told = world.store.due_notices().await.unwrap();
    assert_eq!(told.first().map(|notice| notice.kind), Some(NoticeKind::NoRoomForWebhook));
}

#[tokio::test]
async fn a_deleted_webhook_is_made_again() {
    let world = World::new().await;
    let bot = world.bot().await;
    world.ask_and_answer("bob", "general", "One.").await;
    bot.bell.ring();
    world.drained().await;
    let old = world.replies("general")[0].webhook().unwrap();
    assert!(world.discord.delete_webhook(old));
    world.ask_and_answer("bob", "general", "Two.").await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &["One.", "Two."]).await;
    assert_ne!(shown[1].webhook(), Some(old));
    world.check();
}

/// What was worded for a voice of its own would stand there as the bot's words.
#[tokio::test]
async fn a_deleted_webhook_that_cannot_be_made_again_leaves_the_name_in_the_text() {
    let world = World::new().await;
    let bot = world.bot().await;
    world.ask_and_answer("bob", "general", "One.").await;
    bot.bell.ring();
    world.drained().await;
    let old = world.replies("general")[0].webhook().unwrap();
    assert!(world.discord.delete_webhook(old));
    world.discord.deny("general", Permissions::MANAGE_WEBHOOKS).unwrap();
    world.ask_and_answer("bob", "general", "Two.").await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &["One.", "**Viola**\nTwo."]).await;
    assert_eq!(shown[1].webhook(), None);
    let told = world.store.due_notices().await.unwrap();
    let kinds: Vec<_> = told.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::NoWebhookAllowed]);
}

#[tokio::test]
async fn a_webhook_deleted_while_it_speaks_costs_no_answer() {
    let world = World::new().await;
    let bot = world.bot().await;
    let user = world.ask_in("bob", "general").await;
    let mut call = world.call(user).await;
    world.grow(&mut call, "I was about to").await;
    let begun = world.wait_for("general", &["I was about to"]).await;
    assert!(world.discord.delete_webhook(begun[0].webhook().unwrap()));
    world.answer(&call, "I was about to say this.").await;
    bot.bell.ring();
    world.drained().await;
    let shown = world.wait_for("general", &["I was about to say this."]).await;
    assert_ne!(shown[0].id, begun[0].id);
    world.check();
}

/// Somebody uses `/chat`, and the bot defers and accepts.
async fn chat(world: &World) -> (Invocation, shared::ids::UserId) {
    let (rest, _limiter) = world.client().await;
    let application = world.application();
    let command = json!([{ "name": "chat", "description": "Talk", "type": 1 }]);
    rest.set_commands(application, &command).await.unwrap();
    let invocation = world.discord.user("bob").slash("general", "chat", json!({})).unwrap();
    let id = invocation.id().unwrap().get().into();
    let secret = SecretString::from(invocation.token().to_owned());
    let token = bot::rest::InteractionToken { application, token: secret.clone() };
    rest.answer(id, &token, &bot::rest::Answer::Defer { ephemeral: false }).await.unwrap();
    let delivery = DeliveryId::new(&*world.clock);
    let sealed = world.vault.bot_secrets().seal(delivery.uuid(), &secret).unwrap();
    let expires_at = world.clock.now() + chrono::TimeDelta::minutes(14);
    let by = ReplyBy::Interaction { delivery, token: sealed, expires_at };
    let (user, _) = world.ask("bob", world.place("general"), by).await;
    (invocation, user)
}

#[tokio::test]
async fn a_command_is_answered_where_it_waits() {
    let world = World::new().await;
    let (invocation, user) = chat(&world).await;
    let bot = world.bot().await;
    let begun = invocation.final_message(LONG).await.unwrap();
    assert_eq!(begun.content, "**Viola**\n…");
    assert_eq!(buttons(&begun), ["Stop"]);
    let call = world.call(user).await;
    let long = "word ".repeat(700);
    world.answer(&call, &long).await;
    bot.bell.ring();
    world.drained().await;
    let answer = invocation.final_message(LONG).await.unwrap();
    assert_eq!(answer.id, begun.id);
    assert!(answer.content.starts_with("**Viola**\nword"));
    let more = invocation.followups();
    assert_eq!(more.len(), 1);
    let words = [&answer, &more[0]].map(|m| m.content.matches("word").count());
    assert_eq!(words.iter().sum::<usize>(), 700);
    assert!(buttons(&answer).is_empty() && buttons(&more[0]).is_empty());
    world.check();
}

#[tokio::test]
async fn a_commands_failure_is_explained_to_its_author() {
    let world = World::new().await;
    let (invocation, user) = chat(&world).await;
    let bot = world.bot().await;
    let call = world.call(user).await;
    world.end(&call, CallEnd::Failed { failure: FailureKind::Quota }).await;
    bot.bell.ring();
    world.drained().await;
    let told = invocation.followup(1, LONG).await.unwrap();
    assert!(told.content.starts_with("💳 Your provider says"), "{}", told.content);
    assert!(told.is_ephemeral());
    assert!(invocation.final_message(LONG).await.unwrap().content.contains("-# ref "));
    assert!(world.store.due_notices().await.unwrap().is_empty(), "nobody is told twice");
    world.check();
}

#[tokio::test]
async fn a_command_whose_time_is_over_is_answered_in_the_channel() {
    let world = World::new().await;
    let (invocation, user) = chat(&world).await;
    world.discord.expire_interaction(invocation.token());
    let bot = world.bot().await;
    let call = world.call(user).await;
    world.answer(&call, "Better late.").await;
    bot.bell.ring();
    world.drained().await;
    let said = world.replies("general").into_iter().filter(|m| m.content == "Better late.");
    assert_eq!(said.count(), 1);
    world.check();
}

#[tokio::test]
async fn a_late_answer_to_a_command_edits_the_same_message() {
    let world = World::new().await;
    let (invocation, user) = chat(&world).await;
    let bot = world.bot().await;
    let call = world.call(user).await;
    let end = CallEnd::Interrupted { text: "Half".into(), failure: FailureKind::Interrupted };
    world.end(&call, end).await;
    bot.bell.ring();
    world.drained().await;
    let half = invocation.final_message(LONG).await.unwrap();
    world.answer(&call, "Whole.").await;
    bot.bell.ring();
    world.drained().await;
    let whole = invocation.final_message(LONG).await.unwrap();
    assert_eq!((whole.id, &*whole.content), (half.id, "**Viola**\nWhole."));
    world.check();
}
