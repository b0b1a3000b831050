//! Messages that the bot reads, and those it writes under its own name.

use serde_json::Value;

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
    channels::{allowed, may_write},
    pieces,
};
use crate::discord::{
    form::{Form, Sender, check_edit, check_message},
    mentions::{Defaults, Pings},
    snowflake::Snowflake,
    world::{Author, Message, Permissions, World},
};

/// A message of a channel that everybody there sees.
pub(super) fn find(world: &World, channel: Snowflake, id: Snowflake) -> Result<&Message, Refusal> {
    let visible = |message: &&Message| {
        message.channel == channel && !message.deleted && message.only_for.is_none()
    };
    world.message(id).filter(visible).ok_or(Refusal::UNKNOWN_MESSAGE)
}

pub(super) fn get(world: &World, channel: Snowflake, id: Snowflake) -> Outcome {
    allowed(world, channel, Permissions::READ_MESSAGE_HISTORY)?;
    Ok(Answer::ok(world.message_json(find(world, channel, id)?)))
}

/// The messages of a channel, newest first.
pub(super) fn list(world: &World, call: &Call, channel: Snowflake) -> Outcome {
    allowed(world, channel, Permissions::READ_MESSAGE_HISTORY)?;
    let limit = call.asks("limit").map_or(Ok(50), str::parse::<usize>).unwrap_or(0);
    if !(1..=100).contains(&limit) {
        let mut form = Form::default();
        form.wrong("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.");
        form.finish()?;
    }
    let asked = |name| call.asks(name).and_then(|id: &str| id.parse::<Snowflake>().ok());
    let visible: Vec<&Message> = world
        .messages(channel)
        .filter(|message| !message.deleted && message.only_for.is_none())
        .collect();
    let cut_at = |id: Snowflake| visible.partition_point(|message| message.id < id);
    let (start, end) = if let Some(around) = asked("around") {
        let middle = cut_at(around);
        (middle.saturating_sub(limit / 2), middle + limit - limit / 2)
    } else if let Some(after) = asked("after") {
        let start = cut_at(Snowflake::from(after.get() + 1));
        (start, start + limit)
    } else {
        let end = asked("before").map_or(visible.len(), cut_at);
        (end.saturating_sub(limit), end)
    };
    let page = visible.get(start..end.min(visible.len())).unwrap_or_default();
    Ok(Answer::ok(page.iter().rev().map(|message| world.message_json(message)).collect()))
}

pub(super) fn create(world: &mut World, call: &Call, channel: Snowflake) -> Outcome {
    may_write(world, channel)?;
    if !call.files.is_empty() {
        allowed(world, channel, Permissions::ATTACH_FILES)?;
    }
    check_message(&call.body, call.files.len(), Sender::Bot)?;
    if let Some(sent_before) = same_nonce(world, call, channel) {
        return Ok(Answer::ok(world.message_json(sent_before)));
    }
    let bot = world.bot();
    let mut message =
        pieces::draft(world, call, &call.body, channel, Author::User(bot), Defaults::Everything);
    message.nonce = Some(call.body["nonce"].clone()).filter(|nonce| !nonce.is_null());
    message.reply_to = reply(world, &call.body["message_reference"], channel)?;
    if let Some(replied) = message.reply_to {
        message.kind = 19;
        let author = world.message(replied).and_then(|message| match message.author {
            Author::User(id) => Some(id),
            Author::Webhook { .. } => None,
        });
        message.pings = Pings::of(
            &pieces::said(&message.content, &message.components),
            &call.body["allowed_mentions"],
            Defaults::Everything,
            author,
        );
    }
    let id = world.post(message);
    Ok(Answer::ok(world.message_json(find(world, channel, id)?)))
}

/// The bot's message with the same nonce, if the call asks not to repeat itself.
fn same_nonce<'a>(world: &'a World, call: &Call, channel: Snowflake) -> Option<&'a Message> {
    let nonce = Some(&call.body["nonce"])
        .filter(|nonce| !nonce.is_null() && call.body["enforce_nonce"] == true)?;
    world.messages(channel).rev().find(|message| message.nonce.as_ref() == Some(nonce))
}

/// The message that is answered. One that is gone is an error, unless the call said otherwise.
fn reply(
    world: &World,
    reference: &Value,
    channel: Snowflake,
) -> Result<Option<Snowflake>, Refusal> {
    let Some(id) = Snowflake::read(&reference["message_id"]) else {
        return Ok(None);
    };
    if find(world, channel, id).is_ok() {
        return Ok(Some(id));
    }
    if reference["fail_if_not_exists"] == false {
        return Ok(None);
    }
    let mut form = Form::default();
    form.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
    form.finish().map(|()| None)
}

pub(super) fn edit(world: &mut World, call: &Call, channel: Snowflake, id: Snowflake) -> Outcome {
    allowed(world, channel, Permissions::NONE)?;
    let message = find(world, channel, id)?.clone();
    if message.author != Author::User(world.bot()) {
        return Err(Refusal::NOT_THE_AUTHOR);
    }
    check_edit(&call.body, call.files.len(), Sender::Bot, message.flags)?;
    let edit = pieces::edit(world, call, &message, Defaults::Everything)?;
    world.edit(id, edit);
    Ok(Answer::ok(world.message_json(find(world, channel, id)?)))
}

pub(super) fn delete(world: &mut World, channel: Snowflake, id: Snowflake) -> Outcome {
    let ours = find(world, channel, id)?.author == Author::User(world.bot());
    allowed(world, channel, if ours { Permissions::NONE } else { Permissions::MANAGE_MESSAGES })?;
    world.delete(id);
    Ok(Answer::nothing())
}
