//! The steps, in their order.

use anyhow::{Context, bail, ensure};
use playground::discord::{Invocation, Person, Response, world::Message};
use serde_json::json;
use shared::{ids::DiscordUserId, model::Provider, store::Store};

use super::{PATIENCE, transcript::Transcript};
use crate::local::{Stage, TRIAL_KEY};

const CHANNEL: &str = "general";
const QUESTION: &str = "@Viola what does a stage manager do?";

/// Plays every step, and stops at the first that is not seen.
pub(crate) async fn play_all(
    stage: &Stage,
    store: &Store,
    transcript: &mut Transcript,
) -> anyhow::Result<()> {
    let alice = stage.discord.user("alice");
    store_a_key(&alice, transcript).await?;
    look_at_the_row(&alice, store, transcript).await?;
    talk(stage, &alice, transcript).await?;
    talk_without_a_key(stage, transcript).await?;
    see_the_usage(&alice, transcript).await?;
    remove_the_key(&alice, transcript).await
}

async fn store_a_key(alice: &Person, transcript: &mut Transcript) -> anyhow::Result<()> {
    transcript.step("Alice stores her key, in a form that only she sees")?;
    transcript.act("alice", "/wallet set")?;
    let command = alice.slash(CHANNEL, "wallet set", json!({}))?;
    let Response::Modal { title, fields, .. } = command.response(PATIENCE).await? else {
        bail!("/wallet set did not open a form");
    };
    let field = fields.first().context("the form has no field")?;
    transcript.see("form", format!("{title}: {}", field.label))?;
    transcript.act("alice", "types her key and sends the form")?;
    let sent = command.submit_modal([(field.custom_id.as_str(), TRIAL_KEY)])?;
    let answer = private_answer(&sent).await?;
    ensure!(answer.content.contains(last4()), "the answer does not name the key by its end");
    transcript.see("only alice", &answer.content).map_err(Into::into)
}

async fn look_at_the_row(
    alice: &Person,
    store: &Store,
    transcript: &Transcript,
) -> anyhow::Result<()> {
    let account = DiscordUserId::from(alice.id().get());
    let user = store.find_user(account).await?.context("alice is not known")?;
    let key = store.sealed_key(user.id, Provider::OpenRouter).await?.context("no key is stored")?;
    let sealed = key.sealed?;
    ensure!(!sealed.content().contains(&TRIAL_KEY[..8]), "the key lies open in its row");
    transcript.aside(format!(
        "in the database: iv {}, content {}…, tag {}",
        sealed.iv(),
        &sealed.content()[..24],
        sealed.tag()
    ))?;
    Ok(())
}

async fn talk(stage: &Stage, alice: &Person, transcript: &mut Transcript) -> anyhow::Result<()> {
    transcript.step("Alice talks to Viola, and watches the answer grow")?;
    transcript.act("alice", QUESTION)?;
    let asked = alice.say(CHANNEL, QUESTION)?;
    let reply = alice
        .wait_for_message(CHANNEL, PATIENCE, |message| {
            message.id > asked && is_finished_reply(message)
        })
        .await
        .context("no finished answer appeared")?;
    let revisions: Vec<usize> =
        reply.history.iter().map(|revision| revision.content.chars().count()).collect();
    ensure!(revisions.len() > 1, "the answer did not grow: it was never edited");
    transcript.aside(format!("the message grew by edits: {revisions:?} characters"))?;
    transcript.see("Viola", &reply.content)?;
    let calls = stage.provider.ledger().calls();
    let call = calls.last().context("the model was not called")?;
    ensure!(calls.len() == 1, "the model was called {} times", calls.len());
    ensure!(call.bearer.as_deref() == Some(TRIAL_KEY), "the call was not made with alice's key");
    transcript.aside(format!("the model was called once, with alice's key (…{})", last4()))?;
    Ok(())
}

async fn talk_without_a_key(stage: &Stage, transcript: &mut Transcript) -> anyhow::Result<()> {
    transcript.step("Bob has no key: nobody pays for him, and he is told in private")?;
    let bob = stage.discord.user("bob");
    transcript.act("bob", "@Viola hello!")?;
    bob.say(CHANNEL, "@Viola hello!")?;
    let hint = bob
        .wait_for_message(bob.dm_channel(), PATIENCE, |message| message.content.contains("/wallet"))
        .await
        .context("bob was not told that he needs a key")?;
    transcript.see("only bob", &hint.content)?;
    ensure!(stage.provider.ledger().calls().len() == 1, "somebody paid for bob");
    Ok(())
}

async fn see_the_usage(alice: &Person, transcript: &mut Transcript) -> anyhow::Result<()> {
    transcript.step("Alice sees what it cost")?;
    transcript.act("alice", "/usage period: today")?;
    let command = alice.slash(CHANNEL, "usage", json!({"period": "today"}))?;
    let answer = private_answer(&command).await?;
    ensure!(answer.content.contains('$'), "the usage names no cost");
    transcript.see("only alice", &answer.content)?;
    Ok(())
}

async fn remove_the_key(alice: &Person, transcript: &mut Transcript) -> anyhow::Result<()> {
    transcript.step("Alice removes her key")?;
    transcript.act("alice", "/wallet remove")?;
    let command = alice.slash(CHANNEL, "wallet remove", json!({}))?;
    let question = private_answer(&command).await?;
    transcript.see("only alice", &question.content)?;
    let button = question
        .buttons()
        .find_map(|button| button["custom_id"].as_str().map(str::to_owned))
        .context("there is nothing to confirm with")?;
    transcript.act("alice", "confirms")?;
    alice.click(question.id, &button)?;
    let removed = alice
        .wait_for_message(CHANNEL, PATIENCE, |message| {
            message.id == question.id && message.content != question.content
        })
        .await
        .context("the removal was not confirmed")?;
    transcript.see("only alice", &removed.content)?;
    let list = private_answer(&alice.slash(CHANNEL, "wallet list", json!({}))?).await?;
    ensure!(!list.content.contains(last4()), "the key is still listed");
    transcript.act("alice", "/wallet list")?;
    transcript.see("only alice", &list.content)?;
    Ok(())
}

async fn private_answer(used: &Invocation) -> anyhow::Result<Message> {
    let answer = used.final_message(PATIENCE).await?;
    ensure!(answer.is_ephemeral(), "the answer can be seen by everybody");
    Ok(answer)
}

fn is_finished_reply(message: &Message) -> bool {
    message.webhook_name().is_some()
        && message.buttons().next().is_none()
        && message.content.len() > 20
}

fn last4() -> &'static str {
    &TRIAL_KEY[TRIAL_KEY.len() - 4..]
}
