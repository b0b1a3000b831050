//! Channels, and whether the bot may do what it asks for there.

use super::answer::{Answer, Outcome, Refusal};
use crate::discord::{
    snowflake::Snowflake,
    world::{Channel, Permissions, World},
};

pub(super) fn get(world: &World, id: Snowflake) -> Outcome {
    let channel = allowed(world, id, Permissions::NONE)?;
    Ok(Answer::ok(world.channel_json(channel)))
}

pub(super) fn typing(world: &mut World, id: Snowflake) -> Outcome {
    may_write(world, id)?;
    let bot = world.bot();
    world.show_typing(id, bot);
    Ok(Answer::nothing())
}

/// The channel, if the bot sees it and has the permission there.
pub(super) fn allowed(
    world: &World,
    id: Snowflake,
    permission: Permissions,
) -> Result<&Channel, Refusal> {
    let channel = world.channel(id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    let permissions = world.bot_permissions(channel);
    if !permissions.contains(Permissions::VIEW_CHANNEL) {
        return Err(Refusal::NO_ACCESS);
    }
    if !permissions.contains(permission) {
        return Err(Refusal::NO_PERMISSION);
    }
    Ok(channel)
}

/// The channel, if the bot may write there under its own name.
pub(super) fn may_write(world: &World, id: Snowflake) -> Result<&Channel, Refusal> {
    let channel = world.channel(id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    let person = channel.recipient().and_then(|person| world.user(person));
    if person.is_some_and(|person| person.closed_to_messages) {
        return Err(Refusal::CLOSED_TO_MESSAGES);
    }
    let thread = channel.is_thread();
    allowed(
        world,
        id,
        if thread { Permissions::SEND_MESSAGES_IN_THREADS } else { Permissions::SEND_MESSAGES },
    )
}
