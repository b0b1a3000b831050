//! Making, finding and removing webhooks.

use serde_json::Value;

use super::{
    answer::{Answer, Outcome, Refusal},
    call::Call,
    channels::allowed,
};
use crate::discord::{
    form::{Form, check_webhook_name},
    snowflake::Snowflake,
    world::{Permissions, Webhook, World},
};

/// A channel has at most this many.
const MOST_WEBHOOKS: usize = 15;

pub(super) fn list(world: &World, channel: Snowflake) -> Outcome {
    allowed(world, channel, Permissions::MANAGE_WEBHOOKS)?;
    let here = world.webhooks().filter(|webhook| webhook.channel == channel);
    Ok(Answer::ok(here.map(|webhook| as_maker(world, webhook)).collect()))
}

pub(super) fn create(world: &mut World, call: &Call, channel: Snowflake) -> Outcome {
    let place = allowed(world, channel, Permissions::MANAGE_WEBHOOKS)?;
    // threads have none of their own
    if place.is_thread() || place.guild.is_none() {
        return Err(Refusal::UNKNOWN_CHANNEL);
    }
    let guild = place.guild;
    let mut form = Form::default();
    form.required_length("name", &call.body["name"], 1..=80);
    check_webhook_name(&mut form, "name", &call.body["name"]);
    form.finish()?;
    if world.webhooks().filter(|webhook| webhook.channel == channel).count() >= MOST_WEBHOOKS {
        return Err(Refusal::TOO_MANY_WEBHOOKS);
    }
    let id = world.ids.next();
    let webhook = Webhook {
        id,
        channel,
        guild,
        name: call.body["name"].as_str().unwrap_or_default().trim().to_owned(),
        token: format!("hook-token-{id}"),
        application: Some(world.bot()),
    };
    let json = as_maker(world, &webhook);
    world.add_webhook(webhook);
    Ok(Answer::ok(json))
}

pub(super) fn get(world: &World, id: Snowflake) -> Outcome {
    let webhook = world.webhooks.get(&id).ok_or(Refusal::UNKNOWN_WEBHOOK)?;
    allowed(world, webhook.channel, Permissions::MANAGE_WEBHOOKS)?;
    Ok(Answer::ok(as_maker(world, webhook)))
}

pub(super) fn delete(world: &mut World, id: Snowflake) -> Outcome {
    let channel = world.webhooks.get(&id).ok_or(Refusal::UNKNOWN_WEBHOOK)?.channel;
    allowed(world, channel, Permissions::MANAGE_WEBHOOKS)?;
    world.remove_webhook(id);
    Ok(Answer::nothing())
}

pub(super) fn get_with_token(world: &World, id: Snowflake, token: &str) -> Outcome {
    Ok(Answer::ok(with_token(world, id, token)?.to_json(None)))
}

pub(super) fn delete_with_token(world: &mut World, id: Snowflake, token: &str) -> Outcome {
    with_token(world, id, token)?;
    world.remove_webhook(id);
    Ok(Answer::nothing())
}

/// The webhook that an id and a token name together.
pub(super) fn with_token<'a>(
    world: &'a World,
    id: Snowflake,
    token: &str,
) -> Result<&'a Webhook, Refusal> {
    let webhook = world.webhooks.get(&id).ok_or(Refusal::UNKNOWN_WEBHOOK)?;
    if webhook.token == token { Ok(webhook) } else { Err(Refusal::INVALID_WEBHOOK_TOKEN) }
}

fn as_maker(world: &World, webhook: &Webhook) -> Value {
    webhook.to_json(webhook.application.and_then(|id| world.user(id)))
}
