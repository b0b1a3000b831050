//! Typing a slash command: only what the bot registered can be typed.

use serde_json::{Value, json};

use super::{place::ActError, resolved::Resolved};
use crate::discord::{
    form::items,
    snowflake::Snowflake,
    world::{Command, World},
};

/// The options as somebody typed them.
pub(super) struct Typed {
    /// Values by name.
    pub(super) options: Value,
    /// The option being typed, if its proposals are wanted. The others may be missing then.
    pub(super) focused: Option<String>,
}

/// What the bot is told of a command: its `data`.
pub(super) fn invoke(
    world: &World,
    (person, channel): (Snowflake, Snowflake),
    words: &str,
    typed: &Typed,
) -> Result<Value, ActError> {
    let mut words_left = words.trim_start_matches('/').split_whitespace();
    let name = words_left.next().unwrap_or_default();
    let command = offered(world, person, channel, 1, name)?;
    let path: Vec<&str> = words_left.collect();
    let mut resolved = Resolved::for_use(world, person, channel);
    let options = descend(world, &command.definition, &path, words, typed, &mut resolved)?;
    let mut data = json!({"id": command.id, "name": command.name, "type": 1, "options": options});
    if let Some(guild) = command.guild {
        data["guild_id"] = json!(guild);
    }
    resolved.write_into(&mut data);
    Ok(data)
}

/// The command of this kind and name that is offered to a person in the channel. A server's own one
/// comes first.
pub(super) fn offered<'a>(
    world: &'a World,
    person: Snowflake,
    channel: Snowflake,
    kind: u64,
    name: &str,
) -> Result<&'a Command, ActError> {
    let place = world.channel(channel).ok_or(ActError::NoSuchPlace(channel.into()))?;
    let named = || world.commands().iter().filter(|it| it.kind == kind && it.name == name);
    let here = || named().filter(|command| command.is_offered_in(place));
    let offered = || here().filter(|command| world.offers(command, person, place));
    let own = offered().find(|command| command.guild.is_some());
    own.or_else(|| offered().next()).ok_or_else(|| {
        let name = name.to_owned();
        match (named().next(), here().next()) {
            (None, _) => ActError::NoSuchCommand(name),
            (Some(_), None) => ActError::NotOffered(name),
            (Some(_), Some(_)) => ActError::NotAllowed(name),
        }
    })
}

/// Follows the sub commands, then fills in the options.
fn descend(
    world: &World,
    definition: &Value,
    path: &[&str],
    words: &str,
    typed: &Typed,
    resolved: &mut Resolved,
) -> Result<Value, ActError> {
    let offered = items(&definition["options"]);
    let holds_more = |option: &&Value| matches!(option["type"].as_u64(), Some(1 | 2));
    let Some((next, rest)) = path.split_first() else {
        if offered.iter().any(|option| holds_more(&option)) {
            return Err(ActError::NoSuchCommand(words.to_owned()));
        }
        return fill(world, offered, typed, resolved);
    };
    let inner = offered.iter().filter(holds_more).find(|option| option["name"] == *next);
    let inner = inner.ok_or_else(|| ActError::NoSuchCommand(words.to_owned()))?;
    let options = descend(world, inner, rest, words, typed, resolved)?;
    Ok(json!([{"type": inner["type"], "name": inner["name"], "options": options}]))
}

fn fill(
    world: &World,
    offered: &[Value],
    typed: &Typed,
    resolved: &mut Resolved,
) -> Result<Value, ActError> {
    let given = typed.options.as_object().cloned().unwrap_or_default();
    let mut filled = Vec::new();
    for (name, value) in &given {
        let option = offered.iter().find(|option| option["name"] == name.as_str());
        let option = option.ok_or_else(|| bad(name, "the bot registered no such option"))?;
        let mut entry = json!({"type": option["type"], "name": name, "value": value});
        if typed.focused.as_ref() == Some(name) {
            if option["autocomplete"] != true {
                return Err(bad(name, "it proposes nothing"));
            }
            entry["focused"] = json!(true);
        } else {
            entry["value"] = check(world, option, name, value, resolved)?;
        }
        filled.push(entry);
    }
    let missing = |option: &&Value| {
        option["required"] == true
            && !given.contains_key(option["name"].as_str().unwrap_or_default())
    };
    if let Some(option) = offered.iter().find(missing).filter(|_| typed.focused.is_none()) {
        return Err(bad(option["name"].as_str().unwrap_or_default(), "it is required"));
    }
    Ok(Value::Array(filled))
}

/// Checks a value as Discord's client does, and returns it as it travels.
fn check(
    world: &World,
    option: &Value,
    name: &str,
    value: &Value,
    resolved: &mut Resolved,
) -> Result<Value, ActError> {
    let fits = match option["type"].as_u64() {
        Some(3) => value.is_string(),
        Some(4) => value.is_i64() || value.is_u64(),
        Some(5) => value.is_boolean(),
        Some(10) => value.is_number(),
        Some(kind @ (6..=9 | 11)) => {
            let found = match kind {
                6 => resolved.user(world, value),
                7 => resolved.channel(world, value),
                8 => resolved.role(world, value),
                9 => resolved.mentionable(world, value),
                _ => resolved.file(world, value),
            };
            let of_type = |id: &Value| kind != 7 || resolved.is_of(&option["channel_types"], id);
            let found = found.filter(of_type);
            return found.ok_or_else(|| bad(name, "there is no such thing here"));
        }
        _ => return Err(bad(name, "the local Discord has no values of its type")),
    };
    if !fits {
        return Err(bad(name, "the value is of another type"));
    }
    let choices = items(&option["choices"]);
    if !choices.is_empty() && !choices.iter().any(|choice| choice["value"] == *value) {
        return Err(bad(name, "the value is not among the choices"));
    }
    let size = value.as_f64();
    let outside = |least: &Value, most: &Value, size: Option<f64>| {
        size.is_some_and(|size| {
            least.as_f64().is_some_and(|least| size < least)
                || most.as_f64().is_some_and(|most| size > most)
        })
    };
    let length =
        value.as_str().and_then(|text| u32::try_from(text.chars().count()).ok()).map(f64::from);
    if outside(&option["min_value"], &option["max_value"], size)
        || outside(&option["min_length"], &option["max_length"], length)
    {
        return Err(bad(name, "the value is out of range"));
    }
    Ok(value.clone())
}

fn bad(option: &str, problem: &str) -> ActError {
    ActError::BadOption { option: option.to_owned(), problem: problem.to_owned() }
}
