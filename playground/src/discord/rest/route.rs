//! Which path means what.

use super::{
    answer::{Answer, Outcome, Refusal},
    applications,
    call::Call,
    cdn, channels, interactions,
    known::is_known,
    messages, reactions, threads, users, webhook_messages, webhooks,
};
use crate::discord::{snowflake::Snowflake, world::World};

/// Lets a call change the world.
pub(super) fn route(world: &mut World, call: &Call) -> Outcome {
    if let Some(path) = call.path.strip_prefix("/attachments/") {
        return Ok(cdn::download(world, call, path));
    }
    let segments = call.segments().filter(|segments| is_known(&call.method, segments));
    let Some(segments) = segments else { return Ok(unknown()) };
    // these prove themselves by the token in the path
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["gateway"]) => return Ok(users::gateway(world)),
        ("POST", ["interactions", id, token, "callback"]) => {
            return interactions::callback(
                world,
                call,
                parse(id, Refusal::UNKNOWN_INTERACTION)?,
                token,
            );
        }
        (_, ["webhooks", id, token, rest @ ..]) => {
            let id = parse(id, Refusal::UNKNOWN_WEBHOOK)?;
            return with_webhook_token(world, call, id, token, rest);
        }
        _ => {}
    }
    if !world.is_token(call.authorization.as_deref().filter(|given| given.starts_with("Bot "))) {
        return Err(Refusal::UNAUTHORIZED);
    }
    match segments.as_slice() {
        ["channels", id, rest @ ..] => {
            in_channel(world, call, parse(id, Refusal::UNKNOWN_CHANNEL)?, rest)
        }
        ["applications" | "oauth2", rest @ ..] => applications::route(world, call, rest),
        rest => elsewhere(world, call, rest),
    }
}

fn elsewhere(world: &mut World, call: &Call, segments: &[&str]) -> Outcome {
    match (call.method.as_str(), segments) {
        ("GET", ["gateway", "bot"]) => Ok(users::gateway_for_bots(world)),
        ("GET", ["users", "@me"]) => users::me(world),
        ("GET", ["users", "@me", "guilds"]) => Ok(users::guilds(world)),
        ("POST", ["users", "@me", "channels"]) => users::open_direct_messages(world, call),
        ("GET", ["users", id]) => users::get(world, parse(id, Refusal::UNKNOWN_USER)?),
        ("GET", ["guilds", id]) => users::guild(world, parse(id, Refusal::UNKNOWN_GUILD)?),
        ("GET", ["guilds", id, "channels"]) => {
            users::guild_channels(world, parse(id, Refusal::UNKNOWN_GUILD)?)
        }
        ("GET", ["guilds", id, "roles"]) => users::roles(world, parse(id, Refusal::UNKNOWN_GUILD)?),
        ("GET", ["guilds", id, "roles", role]) => users::role(
            world,
            parse(id, Refusal::UNKNOWN_GUILD)?,
            parse(role, Refusal::UNKNOWN_ROLE)?,
        ),
        ("GET", ["guilds", id, "members", user]) => users::member(
            world,
            parse(id, Refusal::UNKNOWN_GUILD)?,
            parse(user, Refusal::UNKNOWN_USER)?,
        ),
        ("GET", ["webhooks", id]) => webhooks::get(world, parse(id, Refusal::UNKNOWN_WEBHOOK)?),
        ("DELETE", ["webhooks", id]) => {
            webhooks::delete(world, parse(id, Refusal::UNKNOWN_WEBHOOK)?)
        }
        _ => Ok(unknown()),
    }
}

fn in_channel(world: &mut World, call: &Call, channel: Snowflake, segments: &[&str]) -> Outcome {
    let message = |id: &str| parse(id, Refusal::UNKNOWN_MESSAGE);
    match (call.method.as_str(), segments) {
        ("GET", []) => channels::get(world, channel),
        ("POST", ["typing"]) => channels::typing(world, channel),
        ("GET", ["webhooks"]) => webhooks::list(world, channel),
        ("POST", ["webhooks"]) => webhooks::create(world, call, channel),
        ("POST", ["threads"]) => threads::create(world, call, channel, None),
        ("POST", ["messages", id, "threads"]) => {
            threads::create(world, call, channel, Some(message(id)?))
        }
        ("GET", ["thread-members"]) => threads::members(world, channel),
        ("GET", ["thread-members", user]) => {
            threads::member(world, channel, parse(user, Refusal::UNKNOWN_USER)?)
        }
        ("GET", ["messages"]) => messages::list(world, call, channel),
        ("POST", ["messages"]) => messages::create(world, call, channel),
        ("GET", ["messages", id]) => messages::get(world, channel, message(id)?),
        ("PATCH", ["messages", id]) => messages::edit(world, call, channel, message(id)?),
        ("DELETE", ["messages", id]) => messages::delete(world, channel, message(id)?),
        ("PUT" | "DELETE", ["messages", id, "reactions", emoji, "@me"]) => {
            reactions::set(world, channel, message(id)?, emoji, call.method == "PUT")
        }
        ("DELETE", ["messages", id, "reactions", emoji, user]) => {
            let user = parse(user, Refusal::UNKNOWN_USER)?;
            reactions::take(world, channel, message(id)?, emoji, user)
        }
        ("DELETE", ["messages", id, "reactions", emoji]) => {
            reactions::clear(world, channel, message(id)?, Some(emoji))
        }
        ("DELETE", ["messages", id, "reactions"]) => {
            reactions::clear(world, channel, message(id)?, None)
        }
        ("GET", ["messages", id, "reactions", emoji]) => {
            reactions::list(world, channel, message(id)?, emoji)
        }
        _ => Ok(unknown()),
    }
}

fn with_webhook_token(
    world: &mut World,
    call: &Call,
    id: Snowflake,
    token: &str,
    segments: &[&str],
) -> Outcome {
    match (call.method.as_str(), segments) {
        ("GET", []) => webhooks::get_with_token(world, id, token),
        ("DELETE", []) => webhooks::delete_with_token(world, id, token),
        ("POST", []) if id == world.bot() => interactions::follow_up(world, call, token),
        ("POST", []) => webhook_messages::create(world, call, id, token),
        ("GET", ["messages", message]) => webhook_messages::get(world, call, id, token, message),
        ("PATCH", ["messages", message]) => webhook_messages::edit(world, call, id, token, message),
        ("DELETE", ["messages", message]) => {
            webhook_messages::delete(world, call, id, token, message)
        }
        _ => Ok(unknown()),
    }
}

/// An id in the path. One that is no number belongs to nothing.
pub(super) fn parse(id: &str, unknown: Refusal) -> Result<Snowflake, Refusal> {
    id.parse().map_err(|_| unknown)
}

pub(super) fn unknown() -> Answer {
    Answer { unknown_route: true, ..Answer::from(Refusal::NOT_FOUND) }
}
