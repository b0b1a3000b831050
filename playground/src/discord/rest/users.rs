//! The gateway's address, users, servers and direct-message channels.

use serde_json::json;

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
};
use crate::discord::{
    snowflake::Snowflake,
    world::{Role, User, World},
};

pub(super) fn gateway(world: &World) -> Answer {
    Answer::ok(json!({"url": format!("ws://{}", world.address)}))
}

pub(super) fn gateway_for_bots(world: &World) -> Answer {
    Answer::ok(json!({
        "url": format!("ws://{}", world.address), "shards": world.options.shards,
        "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1},
    }))
}

pub(super) fn me(world: &World) -> Outcome {
    let me = world.user(world.bot()).ok_or(Refusal::UNKNOWN_USER)?;
    Ok(Answer::ok(me.to_json_for_itself()))
}

pub(super) fn get(world: &World, id: Snowflake) -> Outcome {
    let user = world.user(id).ok_or(Refusal::UNKNOWN_USER)?;
    Ok(Answer::ok(user.to_json()))
}

pub(super) fn guilds(world: &World) -> Answer {
    let guilds = world.guilds().map(|guild| {
        json!({
            "id": guild.id, "name": guild.name, "icon": null, "banner": null, "owner": false,
            "permissions": guild.permissions(world.bot()).to_string(), "features": [],
        })
    });
    Answer::ok(guilds.collect())
}

pub(super) fn guild(world: &World, id: Snowflake) -> Outcome {
    let guild = world.guilds.get(&id).ok_or(Refusal::UNKNOWN_GUILD)?;
    Ok(Answer::ok(guild.to_json(&[], &[])))
}

pub(super) fn guild_channels(world: &World, id: Snowflake) -> Outcome {
    world.guilds.get(&id).ok_or(Refusal::UNKNOWN_GUILD)?;
    let here = world.channels().filter(|channel| channel.guild == Some(id) && !channel.is_thread());
    Ok(Answer::ok(here.map(|channel| world.channel_json(channel)).collect()))
}

pub(super) fn member(world: &World, guild: Snowflake, user: Snowflake) -> Outcome {
    let guild = world.guilds.get(&guild).ok_or(Refusal::UNKNOWN_GUILD)?;
    let user = world
        .user(user)
        .filter(|user| guild.members.contains(&user.id))
        .ok_or(Refusal::UNKNOWN_MEMBER)?;
    Ok(Answer::ok(guild.member(user)))
}

pub(super) fn roles(world: &World, guild: Snowflake) -> Outcome {
    let guild = world.guilds.get(&guild).ok_or(Refusal::UNKNOWN_GUILD)?;
    Ok(Answer::ok(guild.roles.iter().map(Role::to_json).collect()))
}

pub(super) fn role(world: &World, guild: Snowflake, role: Snowflake) -> Outcome {
    let guild = world.guilds.get(&guild).ok_or(Refusal::UNKNOWN_GUILD)?;
    Ok(Answer::ok(guild.role(role).ok_or(Refusal::UNKNOWN_ROLE)?.to_json()))
}

/// Opens direct messages with a person. That they take none shows only when one is sent.
pub(super) fn open_direct_messages(world: &mut World, call: &Call) -> Outcome {
    let wanted = Snowflake::read(&call.body["recipient_id"]);
    let person: Option<&User> = wanted.and_then(|id| world.user(id)).filter(|user| !user.bot);
    let person = person.ok_or(Refusal::UNKNOWN_USER)?.id;
    let id = world.open_direct_messages(person);
    let channel = world.channel(id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    Ok(Answer::ok(world.channel_json(channel)))
}
