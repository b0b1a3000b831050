//! The pieces of a message in a request's body.

use serde_json::Value;

use super::{answer::Refusal, call::Call};
use crate::discord::{
    form::items,
    mentions::{Defaults, Pings},
    snowflake::Snowflake,
    world::{Attachment, Author, Edit, Message, World},
};

/// A new message as the body describes it.
pub(super) fn draft(
    world: &mut World,
    call: &Call,
    body: &Value,
    channel: Snowflake,
    author: Author,
    defaults: Defaults,
) -> Message {
    let mut message = Message::draft(channel, author, &text(&body["content"]));
    message.flags = body["flags"].as_u64().unwrap_or_default();
    message.embeds = embeds(&body["embeds"]);
    message.components = numbered(&body["components"]);
    message.attachments = uploads(world, call, body, channel);
    message.pings = Pings::of(&message.content, &body["allowed_mentions"], defaults, None);
    message
}

/// What a body changes about a message. Attachments that the body does not list are taken away, if
/// it lists any.
pub(super) fn edit(
    world: &mut World,
    call: &Call,
    message: &Message,
    defaults: Defaults,
) -> Result<Edit, Refusal> {
    let body = &call.body;
    let content = (!body["content"].is_null()).then(|| text(&body["content"]));
    let content =
        if body.get("content").is_some_and(Value::is_null) { Some(String::new()) } else { content };
    let uploaded = uploads(world, call, body, message.channel);
    let kept = |attachment: &&Attachment| {
        body.get("attachments").is_none_or(|listed| {
            items(listed).iter().any(|one| text(&one["id"]) == attachment.id.to_string())
        })
    };
    let attachments: Vec<_> =
        message.attachments.iter().filter(kept).cloned().chain(uploaded).collect();
    let says = content.as_deref().unwrap_or(&message.content);
    let embeds = body.get("embeds").map(embeds);
    let components = body.get("components").map(numbered);
    let nothing_left = says.is_empty()
        && attachments.is_empty()
        && embeds.as_ref().unwrap_or(&message.embeds).is_empty();
    if nothing_left {
        return Err(Refusal::EMPTY_MESSAGE);
    }
    let pings = Pings::of(says, &body["allowed_mentions"], defaults, None);
    Ok(Edit { content, embeds, components, attachments: Some(attachments), flags: None, pings })
}

/// A text; Discord takes numbers for one, too.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Embeds come back with their type, and without the fields that were sent as null.
fn embeds(sent: &Value) -> Vec<Value> {
    let complete = |embed: &Value| {
        let mut embed = embed.clone();
        if let Some(fields) = embed.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
            fields.insert("type".to_owned(), "rich".into());
        }
        embed
    };
    items(sent).iter().map(complete).collect()
}

/// Components come back with ids: their own, or numbers in the order in which they stand.
fn numbered(sent: &Value) -> Vec<Value> {
    let mut components = items(sent).to_vec();
    let mut next = 1;
    for component in &mut components {
        number(component, &mut next);
    }
    components
}

fn number(component: &mut Value, next: &mut u64) {
    if component["id"].as_u64().is_none_or(|id| id == 0) {
        component["id"] = (*next).into();
    }
    *next += 1;
    let inside = component.get_mut("components").and_then(Value::as_array_mut);
    inside.into_iter().flatten().for_each(|component| number(component, next));
}

fn uploads(world: &mut World, call: &Call, body: &Value, channel: Snowflake) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for file in &call.files {
        let listed = items(&body["attachments"]).iter().find(|one| text(&one["id"]) == file.number);
        let renamed = listed.and_then(|one| one["filename"].as_str());
        let filename = renamed.unwrap_or(&file.filename);
        attachments.push(world.attachment(
            channel,
            filename,
            file.content_type.as_deref(),
            file.bytes.clone(),
        ));
    }
    attachments
}
