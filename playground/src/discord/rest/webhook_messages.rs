//! What webhooks write. An application's id with an interaction's token is a webhook as well.

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
    interactions, pieces,
    webhooks::with_token,
};
use crate::discord::{
    form::{Sender, check_edit, check_message},
    mentions::Defaults,
    snowflake::Snowflake,
    world::{Author, Channel, Edit, LOADING, Message, World},
};

/// Posts under a name of the call's choice.
pub(super) fn create(world: &mut World, call: &Call, id: Snowflake, token: &str) -> Outcome {
    let webhook = with_token(world, id, token)?.clone();
    check_message(&call.body, call.files.len(), Sender::Webhook)?;
    let place = match call.asks("thread_id") {
        None => webhook.channel,
        Some(thread) => {
            let thread = thread.parse().ok().and_then(|id| world.channel(id));
            let ours = |channel: &&Channel| {
                channel.is_thread() && channel.webhook_home() == webhook.channel
            };
            thread.filter(ours).ok_or(Refusal::UNKNOWN_CHANNEL)?.id
        }
    };
    let author = Author::Webhook {
        webhook: id,
        application: webhook.application,
        name: call.body["username"].as_str().unwrap_or(&webhook.name).to_owned(),
        avatar_url: call.body["avatar_url"].as_str().map(str::to_owned),
    };
    let message = pieces::draft(world, call, &call.body, place, author, Defaults::People);
    let posted = world.post(message);
    if call.asks_for("wait") { answer(world, posted) } else { Ok(Answer::nothing()) }
}

pub(super) fn get(
    world: &World,
    call: &Call,
    id: Snowflake,
    token: &str,
    message: &str,
) -> Outcome {
    let message = find(world, call, id, token, message)?;
    Ok(Answer::ok(world.message_json(message)))
}

pub(super) fn edit(
    world: &mut World,
    call: &Call,
    id: Snowflake,
    token: &str,
    message: &str,
) -> Outcome {
    let message = find(world, call, id, token, message)?.clone();
    check_edit(&call.body, call.files.len(), Sender::Webhook, message.flags)?;
    let edit = pieces::edit(world, call, &message, Defaults::People)?;
    // the first edit of "is thinking" is its text; that it is ephemeral stays
    world.edit(message.id, Edit { flags: edit.flags.map(|flags| flags & !LOADING), ..edit });
    answer(world, message.id)
}

pub(super) fn delete(
    world: &mut World,
    call: &Call,
    id: Snowflake,
    token: &str,
    message: &str,
) -> Outcome {
    let message = find(world, call, id, token, message)?.id;
    world.delete(message);
    Ok(Answer::nothing())
}

/// The message that a webhook wrote, or an interaction's answers. One that stands in a thread is
/// found only by a call that names the thread.
fn find<'a>(
    world: &'a World,
    call: &Call,
    id: Snowflake,
    token: &str,
    message: &str,
) -> Result<&'a Message, Refusal> {
    if id == world.bot() {
        return interactions::find_message(world, token, message);
    }
    let webhook = with_token(world, id, token)?;
    let place = match call.asks("thread_id") {
        None => webhook.channel,
        Some(thread) => thread.parse().map_err(|_| Refusal::UNKNOWN_CHANNEL)?,
    };
    let ours = |message: &&Message| {
        message.webhook() == Some(id) && message.channel == place && !message.deleted
    };
    let message = message.parse().ok().and_then(|message| world.message(message));
    message.filter(ours).ok_or(Refusal::UNKNOWN_MESSAGE)
}

pub(super) fn answer(world: &World, id: Snowflake) -> Outcome {
    let message = world.message(id).ok_or(Refusal::UNKNOWN_MESSAGE)?;
    Ok(Answer::ok(world.message_json(message)))
}
