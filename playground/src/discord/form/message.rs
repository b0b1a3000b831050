//! The limits of messages, however they are sent.

use serde_json::Value;

use super::{
    Form, components::check_components, embeds::check_embeds, items, names::check_webhook_name,
};
use crate::discord::{rest::Refusal, world::EPHEMERAL};

/// Components V2: the message is all components.
const COMPONENTS_V2: u64 = 1 << 15;
/// No link previews.
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// No sound.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// By which way a message comes. Each allows a little more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::discord) enum Sender {
    /// The bot under its own name.
    Bot,
    /// A webhook.
    Webhook,
    /// The answer to an interaction.
    Interaction,
}

/// Checks a new message.
pub(in crate::discord) fn check_message(
    body: &Value,
    files: usize,
    sender: Sender,
) -> Result<(), Refusal> {
    let mut form = Form::default();
    check_parts(&mut form, body, files);
    check_flags(&mut form, body["flags"].as_u64().unwrap_or_default(), sender);
    match sender {
        Sender::Webhook if !body["username"].is_null() => {
            check_webhook_name(&mut form, "username", &body["username"]);
        }
        Sender::Bot => form.length("nonce", &body["nonce"], 0..=25),
        _ => {}
    }
    form.finish()?;
    let v2 = body["flags"].as_u64().is_some_and(|flags| flags & COMPONENTS_V2 != 0);
    let says_something = !body["content"].as_str().unwrap_or_default().trim().is_empty()
        || !items(&body["embeds"]).is_empty()
        || !items(&body["sticker_ids"]).is_empty()
        || body["poll"].is_object()
        || files > 0
        || (v2 && !items(&body["components"]).is_empty());
    if says_something { Ok(()) } else { Err(Refusal::EMPTY_MESSAGE) }
}

/// Checks a change to a message.
pub(in crate::discord) fn check_edit(body: &Value, files: usize) -> Result<(), Refusal> {
    let mut form = Form::default();
    check_parts(&mut form, body, files);
    form.finish()
}

fn check_parts(form: &mut Form, body: &Value, files: usize) {
    match &body["content"] {
        Value::String(text) if text.trim().chars().count() > 2_000 => {
            form.wrong("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.");
        }
        Value::Null | Value::String(_) | Value::Number(_) => {}
        _ => form.wrong("content", "STRING_TYPE_CONVERT", "Could not interpret value as string."),
    }
    check_embeds(form, &body["embeds"]);
    check_components(form, &body["components"]);
    check_allowed_mentions(form, &body["allowed_mentions"]);
    if files > 10 || items(&body["attachments"]).len() > 10 {
        form.wrong("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
    }
}

fn check_flags(form: &mut Form, flags: u64, sender: Sender) {
    let everywhere = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2;
    let allowed = if sender == Sender::Interaction { everywhere | EPHEMERAL } else { everywhere };
    if flags & !allowed != 0 {
        form.wrong("flags", "MESSAGE_FLAGS_INVALID", "Invalid message flags.");
    }
}

fn check_allowed_mentions(form: &mut Form, allowed: &Value) {
    for kind in items(&allowed["parse"]) {
        let Some(kind) = kind.as_str().filter(|kind| ["users", "roles", "everyone"].contains(kind))
        else {
            form.wrong(
                "allowed_mentions.parse",
                "BASE_TYPE_CHOICES",
                "Value must be one of {'roles', 'users', 'everyone'}.",
            );
            continue;
        };
        if !items(&allowed[kind]).is_empty() {
            let message =
                format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
    }
    form.count("allowed_mentions.users", items(&allowed["users"]), 100);
    form.count("allowed_mentions.roles", items(&allowed["roles"]), 100);
}
