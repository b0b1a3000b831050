//! The application itself and its commands.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
    route::{parse, unknown},
};
use crate::discord::{
    form::{check_command, check_commands},
    snowflake::Snowflake,
    world::{Command, User, World},
};

pub(super) fn route(world: &mut World, call: &Call, segments: &[&str]) -> Outcome {
    match (call.method.as_str(), segments) {
        ("GET", ["@me"] | ["applications", "@me"]) => Ok(Answer::ok(application(world))),
        (_, [id, "commands", rest @ ..]) => {
            is_ours(world, id)?;
            commands(world, call, None, rest)
        }
        (_, [id, "guilds", guild, "commands", rest @ ..]) => {
            is_ours(world, id)?;
            let guild = parse(guild, Refusal::UNKNOWN_GUILD)?;
            world.guilds.get(&guild).ok_or(Refusal::NO_ACCESS)?;
            commands(world, call, Some(guild), rest)
        }
        _ => Ok(unknown()),
    }
}

fn is_ours(world: &World, id: &str) -> Result<(), Refusal> {
    let ours = id == "@me" || parse(id, Refusal::UNKNOWN_APPLICATION)? == world.bot();
    if ours { Ok(()) } else { Err(Refusal::UNKNOWN_APPLICATION) }
}

fn commands(
    world: &mut World,
    call: &Call,
    guild: Option<Snowflake>,
    segments: &[&str],
) -> Outcome {
    match (call.method.as_str(), segments) {
        ("GET", []) => Ok(list(world, guild)),
        ("PUT", []) => {
            let commands = call.body.as_array().ok_or(Refusal::INVALID_JSON)?;
            replace(world, guild, commands)?;
            Ok(list(world, guild))
        }
        ("POST", []) => create(world, guild, &call.body),
        ("GET", [id]) => Ok(Answer::ok(find(world, guild, id)?.definition.clone())),
        ("PATCH", [id]) => change(world, guild, id, &call.body),
        ("DELETE", [id]) => {
            let id = find(world, guild, id)?.id;
            world.commands.retain(|command| command.id != id);
            Ok(Answer::nothing())
        }
        _ => Ok(unknown()),
    }
}

fn list(world: &World, guild: Option<Snowflake>) -> Answer {
    let here = world.commands.iter().filter(|command| command.guild == guild);
    Answer::ok(here.map(|command| command.definition.clone()).collect())
}

fn find<'a>(world: &'a World, guild: Option<Snowflake>, id: &str) -> Result<&'a Command, Refusal> {
    let id = parse(id, Refusal::UNKNOWN_COMMAND)?;
    let fits = |command: &&Command| command.id == id && command.guild == guild;
    world.commands.iter().find(fits).ok_or(Refusal::UNKNOWN_COMMAND)
}

/// Replaces all commands. One whose name stays keeps its id.
fn replace(world: &mut World, guild: Option<Snowflake>, sent: &[Value]) -> Result<(), Refusal> {
    check_commands(sent)?;
    check_counts(sent.iter().map(|command| command["type"].as_u64().unwrap_or(1)))?;
    let (before, elsewhere): (Vec<_>, Vec<_>) =
        std::mem::take(&mut world.commands).into_iter().partition(|command| command.guild == guild);
    world.commands = elsewhere;
    for command in sent {
        let kind = command["type"].as_u64().unwrap_or(1);
        let same =
            before.iter().find(|old| old.kind == kind && command["name"] == old.name.as_str());
        let id = same.map_or_else(|| world.ids.next(), |old| old.id);
        let command = Command::new(id, world.bot(), guild, command.clone());
        world.commands.push(command);
    }
    Ok(())
}

/// Adds a command, or overwrites the one of the same name.
fn create(world: &mut World, guild: Option<Snowflake>, sent: &Value) -> Outcome {
    check_command(sent)?;
    let kind = sent["type"].as_u64().unwrap_or(1);
    let same = |command: &Command| {
        command.guild == guild && command.kind == kind && sent["name"] == command.name.as_str()
    };
    let old = world.commands.iter().position(same).map(|at| world.commands.remove(at));
    let here =
        world.commands.iter().filter(|command| command.guild == guild).map(|command| command.kind);
    check_counts(here.chain([kind]))?;
    let id = old.as_ref().map_or_else(|| world.ids.next(), |old| old.id);
    let command = Command::new(id, world.bot(), guild, sent.clone());
    let answer = Answer::json(if old.is_some() { 200 } else { 201 }, command.definition.clone());
    world.commands.push(command);
    Ok(answer)
}

fn change(world: &mut World, guild: Option<Snowflake>, id: &str, sent: &Value) -> Outcome {
    let old = find(world, guild, id)?.clone();
    let mut changed = old.definition.clone();
    if let (Value::Object(changed), Value::Object(sent)) = (&mut changed, sent.clone()) {
        changed.extend(sent);
    }
    check_command(&changed)?;
    let command = Command::new(old.id, world.bot(), guild, changed);
    let answer = Answer::ok(command.definition.clone());
    world.commands.retain(|command| command.id != old.id);
    world.commands.push(command);
    Ok(answer)
}

/// 100 slash commands, and 15 each for the menus of users and messages.
fn check_counts(kinds: impl Iterator<Item = u64>) -> Result<(), Refusal> {
    let mut counts = [0_usize; 3];
    for kind in kinds {
        if let Some(count) =
            usize::try_from(kind).ok().and_then(|kind| counts.get_mut(kind.wrapping_sub(1)))
        {
            *count += 1;
        }
    }
    let [slash, user, message] = counts;
    if slash > 100 || user > 15 || message > 15 { Err(Refusal::TOO_MANY_COMMANDS) } else { Ok(()) }
}

fn application(world: &World) -> Value {
    let owner = world.user(world.owner).map(User::to_json);
    let bot = world.user(world.bot()).map(User::to_json);
    json!({
        "id": world.bot(), "name": world.options.bot_name, "icon": null, "description": "", "summary": "",
        "bot_public": true, "bot_require_code_grant": false, "owner": owner, "bot": bot,
        "verify_key": "00".repeat(32), "team": null, "type": null, "flags": 0, "flags_new": "0",
        "redirect_uris": [], "rpc_origins": [], "interactions_endpoint_url": null,
        "role_connections_verification_url": null, "approximate_guild_count": world.guilds.len(),
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
    })
}
