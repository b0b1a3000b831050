//! Starting threads, and who belongs to them.

use serde_json::json;

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
    let id = world.add_place(name, guild, ChannelKind::Thread { parent, owner, private: false });
    let thread = world.channel(id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    Ok(Answer::json(201, world.channel_json(thread)))
}

/// Everybody who belongs to a thread. As on Discord, that is for applications with the privileged
/// intent of members, which nobody has here.
pub(super) fn members(world: &World, thread: Snowflake) -> Outcome {
    allowed(world, thread, Permissions::NONE)?;
    Err(Refusal::NO_ACCESS)
}

/// Somebody who belongs to a thread.
pub(super) fn member(world: &World, thread: Snowflake, user: Snowflake) -> Outcome {
    let place = allowed(world, thread, Permissions::NONE)?;
    if !place.members.contains(&user) {
        return Err(Refusal::UNKNOWN_MEMBER);
    }
    Ok(Answer::ok(json!({
        "id": thread, "user_id": user, "join_timestamp": "2024-01-01T00:00:00.000000+00:00",
        "flags": 0,
    })))
}
