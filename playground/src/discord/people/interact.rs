//! Turning what somebody did into the event that the bot gets.

use std::time::Instant;

use serde_json::{Value, json};

use super::place::ActError;
use crate::discord::{
    gateway::{Event, Intents},
    snowflake::Snowflake,
    world::{INTERACTION_TOKEN, Interaction, InteractionKind, World},
};

/// The largest file that an answer may carry.
const ATTACHMENT_LIMIT: u64 = 10 * 1024 * 1024;

/// What somebody does.
pub(super) struct Doing {
    pub(super) user: Snowflake,
    pub(super) channel: Snowflake,
    pub(super) kind: InteractionKind,
    pub(super) data: Value,
    pub(super) message: Option<Snowflake>,
    /// For a form: what is told about the interaction that opened it.
    pub(super) opened_by: Option<Value>,
}

/// Sends the event, and returns the token that the bot answers with.
pub(super) fn begin(world: &mut World, doing: Doing) -> Result<String, ActError> {
    let id = world.ids.next();
    let token = format!("{INTERACTION_TOKEN}{id}");
    let guild = world.channel(doing.channel).and_then(|channel| channel.guild);
    let interaction = Interaction {
        id,
        token: token.clone(),
        kind: doing.kind,
        user: doing.user,
        command: words(doing.kind, &doing.data),
        channel: doing.channel,
        guild,
        message: doing.message,
        opened_by: doing.opened_by,
        created: Instant::now(),
        answer: None,
        acknowledged: false,
        original: None,
        followups: Vec::new(),
    };
    let event = event(world, &interaction, &doing.data)?;
    world.add_interaction(interaction);
    let event = match guild {
        Some(guild) => Event::guild("INTERACTION_CREATE", guild, Intents::NONE, event),
        None => Event::direct("INTERACTION_CREATE", Intents::NONE, event),
    };
    world.switchboard.dispatch(&event);
    Ok(token)
}

/// The words of a command, with those of its sub commands.
fn words(kind: InteractionKind, data: &Value) -> Option<String> {
    if kind != InteractionKind::Command {
        return None;
    }
    let mut words = data["name"].as_str()?.to_owned();
    let mut inner = &data["options"][0];
    while matches!(inner["type"].as_u64(), Some(1 | 2)) {
        words.push(' ');
        words.push_str(inner["name"].as_str().unwrap_or_default());
        inner = &inner["options"][0];
    }
    Some(words)
}

fn event(world: &World, interaction: &Interaction, data: &Value) -> Result<Value, ActError> {
    let channel = world
        .channel(interaction.channel)
        .ok_or(ActError::NoSuchPlace(interaction.channel.into()))?;
    let mut event = json!({
        "id": interaction.id, "application_id": world.bot(), "type": interaction.kind.number(),
        "data": data, "token": interaction.token, "version": 1,
        "channel_id": channel.id, "channel": world.interaction_channel_json(channel, interaction.user),
        "app_permissions": world.bot_permissions(channel).to_string(), "locale": "en-GB",
        "entitlements": [], "authorizing_integration_owners": interaction.installed_by(),
        "context": u8::from(interaction.guild.is_none()),
        "attachment_size_limit": ATTACHMENT_LIMIT,
    });
    if let Some(guild) = interaction.guild {
        let mut member = world.member_json(guild, interaction.user);
        member["permissions"] = json!(world.permissions(interaction.user, channel).to_string());
        event["guild_id"] = json!(guild);
        event["guild_locale"] = json!("en-US");
        event["guild"] = json!({"id": guild, "locale": "en-US", "features": []});
        event["member"] = member;
    } else {
        event["user"] = world.user_json(interaction.user);
    }
    if let Some(message) = interaction.message.and_then(|id| world.message(id)) {
        event["message"] = world.message_json(message);
    }
    Ok(event)
}
