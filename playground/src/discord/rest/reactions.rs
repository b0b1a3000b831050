//! Reactions.

use super::{
    answer::{Answer, Outcome},
    channels::allowed,
    messages::find,
};
use crate::discord::{
    snowflake::Snowflake,
    world::{Permissions, World},
};

/// Gives or takes the bot's own reaction.
pub(super) fn set(
    world: &mut World,
    channel: Snowflake,
    message: Snowflake,
    emoji: &str,
    add: bool,
) -> Outcome {
    allowed(world, channel, if add { Permissions::ADD_REACTIONS } else { Permissions::NONE })?;
    find(world, channel, message)?;
    let bot = world.bot();
    world.react(message, bot, emoji, add);
    Ok(Answer::nothing())
}

/// Takes somebody's reaction.
pub(super) fn take(
    world: &mut World,
    channel: Snowflake,
    message: Snowflake,
    emoji: &str,
    user: Snowflake,
) -> Outcome {
    allowed(world, channel, Permissions::MANAGE_MESSAGES)?;
    find(world, channel, message)?;
    world.react(message, user, emoji, false);
    Ok(Answer::nothing())
}

/// Takes everybody's reactions, or those with one emoji.
pub(super) fn clear(
    world: &mut World,
    channel: Snowflake,
    message: Snowflake,
    emoji: Option<&str>,
) -> Outcome {
    allowed(world, channel, Permissions::MANAGE_MESSAGES)?;
    find(world, channel, message)?;
    world.clear_reactions(message, emoji);
    Ok(Answer::nothing())
}

/// Who gave a reaction.
pub(super) fn list(world: &World, channel: Snowflake, message: Snowflake, emoji: &str) -> Outcome {
    allowed(world, channel, Permissions::READ_MESSAGE_HISTORY)?;
    let people = find(world, channel, message)?.reactions.get(emoji);
    Ok(Answer::ok(people.into_iter().flatten().map(|id| world.user_json(*id)).collect()))
}
