//! The limits of messages, however they are sent.

use serde_json::Value;

use super::{
    Form, components::check_components, embeds::check_embeds, items, names::check_webhook_name,
};
use crate::discord::{rest::Refusal, world::EPHEMERAL};

/// Components V2: the message is all components. It can't be taken back.
pub(in crate::discord) const COMPONENTS_V2: u64 = 1 << 15;
/// No link previews.
pub(in crate::discord) const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// No sound.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// By which way a message comes. Each allows a little more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::discord) enum Sender {
    /// The bot under its own name.
    Bot,
    /// A webhook.
    Webhook,
    /// The first answer to an interaction, whose message stands under `data`.
    Callback,
    /// What follows it.
    FollowUp,
}

impl Sender {
    fn form(self) -> Form {
        Form::at(if self == Self::Callback { "data" } else { "" })
    }
}

/// Checks a new message.
pub(in crate::discord) fn check_message(
    body: &Value,
    files: usize,
    sender: Sender,
) -> Result<(), Refusal> {
    let mut form = sender.form();
    let flags = body["flags"].as_u64().unwrap_or_default();
    check_flags(&mut form, flags, sender);
    check_parts(&mut form, body, files, flags);
    match sender {
        Sender::Webhook if !body["username"].is_null() => {
            check_webhook_name(&mut form, "username", &body["username"]);
        }
        Sender::Bot => form.length("nonce", &body["nonce"], 0..=25),
        _ => {}
    }
    form.finish()?;
    let says_something = !body["content"].as_str().unwrap_or_default().trim().is_empty()
        || body["content"].is_number()
        || !items(&body["embeds"]).is_empty()
        || !items(&body["sticker_ids"]).is_empty()
        || body["poll"].is_object()
        || files > 0
        || (flags & COMPONENTS_V2 != 0 && !items(&body["components"]).is_empty());
    if says_something { Ok(()) } else { Err(Refusal::EMPTY_MESSAGE) }
}

/// Checks a change to a message that has these flags.
pub(in crate::discord) fn check_edit(
    body: &Value,
    files: usize,
    sender: Sender,
    flags: u64,
) -> Result<(), Refusal> {
    let mut form = sender.form();
    let sent = body["flags"].as_u64().unwrap_or_default();
    check_parts(&mut form, body, files, flags | sent);
    form.finish()
}

fn check_parts(form: &mut Form, body: &Value, files: usize, flags: u64) {
    match &body["content"] {
        Value::String(text) if text.trim().chars().count() > 2_000 => {
            form.wrong("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.");
        }
        Value::Null | Value::String(_) | Value::Number(_) => {}
        _ => form.wrong("content", "STRING_TYPE_CONVERT", "Could not interpret value as string."),
    }
    let v2 = flags & COMPONENTS_V2 != 0;
    if v2 {
        check_nothing_else(form, body);
    }
    check_embeds(form, &body["embeds"]);
    check_components(form, &body["components"], v2);
    check_allowed_mentions(form, &body["allowed_mentions"]);
    if files > 10 || items(&body["attachments"]).len() > 10 {
        form.wrong("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
    }
}

/// A message of Components V2 has components, and nothing of what messages had before.
fn check_nothing_else(form: &mut Form, body: &Value) {
    let is_set = |field: &str| match &body[field] {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    for field in ["content", "embeds", "sticker_ids", "poll"].into_iter().filter(|one| is_set(one))
    {
        let message =
            format!("The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
        form.wrong(field, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
    }
}

fn check_flags(form: &mut Form, flags: u64, sender: Sender) {
    let everywhere = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2;
    let private = matches!(sender, Sender::Callback | Sender::FollowUp);
    let allowed = if private { everywhere | EPHEMERAL } else { everywhere };
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
