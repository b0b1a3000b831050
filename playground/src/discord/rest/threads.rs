//! Starting threads.

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
    channels::allowed,
    messages::find,
};
use crate::discord::{
    form::Form,
    snowflake::Snowflake,
    world::{ChannelKind, Permissions, World},
};

/// Starts a thread in a channel, or on one of its messages.
pub(super) fn create(
    world: &mut World,
    call: &Call,
    parent: Snowflake,
    on: Option<Snowflake>,
) -> Outcome {
    let guild = allowed(world, parent, Permissions::CREATE_PUBLIC_THREADS)?.guild;
    if let Some(message) = on {
        find(world, parent, message)?;
    }
    let mut form = Form::default();
    form.required_length("name", &call.body["name"], 1..=100);
    form.finish()?;
    let name = call.body["name"].as_str().unwrap_or_default();
    let owner = world.bot();
    let id = world.add_place(name, guild, ChannelKind::Thread { parent, owner });
    let thread = world.channel(id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    Ok(Answer::json(201, world.channel_json(thread)))
}
